/** Files of the composer. By XMLHttpRequest, because `fetch` can't tell how far an upload has come. */
import { type AttachmentAnswer, TrunklineError } from '@trunkline/sdk';
import { useCallback, useEffect, useRef, useState } from 'react';
import { sentenceOf } from '../../api.ts';
import { workspaceId } from '../../lib/workspace.ts';

export const MAX_FILES = 2;
const MAX_BYTES = 25_000_000;

export interface ComposerFile {
  id: number;
  name: string;
  sizeBytes: number;
  /** 0 to 1 while it goes up. */
  progress: number;
  /** null until it is there. */
  url: string | null;
  error: string | null;
}

let nextId = 1;

/** The files of one draft; `add` refuses what can't be sent, with a sentence. */
export function useFiles() {
  const [files, setFiles] = useState<ComposerFile[]>([]);
  const uploads = useRef(new Map<number, XMLHttpRequest>());
  const change = useCallback(
    (id: number, changes: Partial<ComposerFile>) =>
      setFiles((all) => all.map((each) => (each.id === id ? { ...each, ...changes } : each))),
    [],
  );
  useEffect(() => {
    const running = uploads.current;
    return () => {
      for (const upload of running.values()) upload.abort();
    };
  }, []);

  const add = useCallback(
    (given: readonly File[]) => {
      const room = MAX_FILES - uploads.current.size;
      for (const [place, file] of given.entries()) {
        const id = nextId++;
        const refusal =
          place >= room
            ? `A message carries ${MAX_FILES} files at most`
            : file.size > MAX_BYTES
              ? 'A file may have 25 MB at most'
              : file.size === 0
                ? 'The file is empty'
                : null;
        const entry = { id, name: file.name, sizeBytes: file.size, progress: 0, url: null, error: refusal };
        setFiles((all) => [...all, entry]);
        if (refusal !== null) continue;
        const upload = send(file, (progress) => change(id, { progress }));
        uploads.current.set(id, upload.request);
        upload.answer.then(
          ({ url }) => change(id, { url, progress: 1 }),
          (error: unknown) => {
            uploads.current.delete(id);
            change(id, { error: sentenceOf(error) });
          },
        );
      }
    },
    [change],
  );
  const remove = useCallback((id: number) => {
    uploads.current.get(id)?.abort();
    uploads.current.delete(id);
    setFiles((all) => all.filter((each) => each.id !== id));
  }, []);
  const clear = useCallback(() => {
    uploads.current.clear();
    setFiles([]);
  }, []);
  return { files, add, remove, clear };
}

function send(file: File, onProgress: (share: number) => void) {
  const request = new XMLHttpRequest();
  const answer = new Promise<AttachmentAnswer>((resolve, reject) => {
    request.open('POST', '/api/attachments');
    const workspace = workspaceId();
    if (workspace !== null) request.setRequestHeader('x-workspace-id', workspace);
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / Math.max(1, total));
    request.onload = () => {
      const body = read(request.responseText);
      if (request.status === 201 && body !== null) resolve(body as AttachmentAnswer);
      else reject(refusal(request.status, body));
    };
    request.onerror = () =>
      reject(refusal(0, { error: 'The server cannot be reached', code: 'NETWORK_ERROR' }));
  });
  const form = new FormData();
  form.set('file', file, file.name);
  request.send(form);
  return { request, answer };
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusal(status: number, body: unknown): TrunklineError {
  const { error = `Unexpected answer with status ${status}`, code = 'UNEXPECTED_ANSWER' } = (body ?? {}) as {
    error?: string;
    code?: string;
  };
  return new TrunklineError({ status, code, error });
}
