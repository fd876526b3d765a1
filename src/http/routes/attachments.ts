/** Files of messages: brought by callers, read by carriers and by whoever has the address. */
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { OpenedFile } from '../../actions/attachments/attachment-files.ts';
import { AttachmentAnswer } from '../../contract/messages/attachment-files.ts';
import { problem } from '../../contract/problems.ts';
import { within } from '../../lib/clock.ts';
import { isSafeToShow } from '../../lib/file-kind.ts';
import { safeFileName } from '../../lib/file-name.ts';
import { readUpload } from '../multipart.ts';
import type { Answer, Call, Route } from '../route.ts';

const tag = 'Attachments';
/** 25 MB over a line of 700 kbit/s. */
const UPLOAD_MS = 300_000;

export const attachmentRoutes: readonly Route[] = [
  {
    operationId: 'uploadAttachment',
    method: 'POST',
    path: '/api/attachments',
    tag,
    scope: 'send',
    summary: 'Upload a file to send',
    description:
      'One file per call, at most 25 MB. Its `url` goes into `attachmentUrls` of any number of messages; the same bytes are stored once.',
    upload: true,
    answers: { 201: { description: 'Stored.', schema: AttachmentAnswer } },
    problems: ['READ_ONLY'],
    handle: upload,
  },
  {
    operationId: 'readFile',
    method: 'GET',
    path: '/files/{token}/{name}',
    tag,
    scope: null,
    summary: 'Read a file',
    description:
      'Open to whoever knows the address, as carriers must be able to fetch it; nobody can guess one. Images, sound and film are shown, everything else is downloaded. `Range` and `If-None-Match` are understood.',
    pathParams: z.object({ token: z.string(), name: z.string() }),
    answers: {
      200: { description: 'The bytes.', isFile: true },
      206: { description: 'Those that were asked for.', isFile: true },
      304: { description: 'It has not changed; it never does.' },
    },
    problems: ['FILE_NOT_FOUND', 'RANGE_NOT_SATISFIABLE'],
    handle: readFile,
  },
];

async function upload({ actions, deps, caller, headers, stream, base }: Call): Promise<Answer> {
  const reading = readUpload(headers, stream, (file) => actions.uploadAttachment(deps, caller, file));
  const file = await within(deps.clock, UPLOAD_MS, reading, null);
  if (file === null) throw problem('TIMEOUT');
  const { id, path, name, mimeType, sizeBytes, hash } = file;
  const body: AttachmentAnswer = { id, url: base + path, name, mimeType, sizeBytes, sha256: hash };
  return { status: 201, body };
}

async function readFile({ actions, deps, params, headers, method }: Call): Promise<Answer> {
  const file = await actions.openFile(deps, params.token ?? '');
  const common = headersOf(file, params.name ?? '');
  if (headers['if-none-match']?.includes(common.etag) === true)
    return { status: 304, body: '', headers: common };
  const range = readRange(headers.range, file.sizeBytes);
  const { start, end } = range ?? { start: 0, end: file.sizeBytes - 1 };
  const answer = {
    status: range === null ? 200 : 206,
    headers: {
      ...common,
      'content-length': String(end - start + 1),
      ...(range === null ? {} : { 'content-range': `bytes ${start}-${end}/${file.sizeBytes}` }),
    },
  };
  return { ...answer, body: method === 'HEAD' ? Readable.from([]) : await file.open(range ?? undefined) };
}

function headersOf({ mimeType, hash }: OpenedFile, name: string) {
  return {
    'content-type': mimeType.startsWith('text/') ? `${mimeType}; charset=utf-8` : mimeType,
    'x-content-type-options': 'nosniff',
    'content-disposition': disposition(isSafeToShow(mimeType) ? 'inline' : 'attachment', safeFileName(name)),
    // Should a browser show it after all: it may do nothing.
    'content-security-policy': "default-src 'none'; sandbox",
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=31536000, immutable',
    etag: `"${hash}"`,
  };
}

/** Twice, for programs that know no RFC 8187. */
function disposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const full = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${full}`;
}

/** One range; null where the whole is asked for, or more than one. */
function readRange(header: string | undefined, size: number): { start: number; end: number } | null {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return null;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) throw problem('RANGE_NOT_SATISFIABLE');
  return { start, end };
}
