/** What a message brought along. Pictures are shown, everything else is a link; all of it comes from this server. */
import type { ThreadAttachment } from '@trunkline/sdk';
import { FileText } from 'lucide-react';
import { useState } from 'react';
import { formatBytes } from './bytes.ts';

const SHOWN = new Set(['image/png', 'image/apng', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

export function Files({ attachments }: { attachments: readonly ThreadAttachment[] }) {
  if (attachments.length === 0) return null;
  return (
    <ul className="mt-2 flex flex-col gap-2 whitespace-normal">
      {attachments.map((attachment, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the files of a message stay in their order
        <li key={place}>
          <AttachedFile attachment={attachment} />
        </li>
      ))}
    </ul>
  );
}

function AttachedFile({
  attachment: { name, status, path, mimeType, sizeBytes },
}: {
  attachment: ThreadAttachment;
}) {
  const [isBroken, setBroken] = useState(false);
  const called = name ?? 'File without a name';
  if (path !== null && mimeType !== null && SHOWN.has(mimeType) && !isBroken) {
    return (
      <a href={path} target="_blank" rel="noreferrer" className="block">
        <img
          src={path}
          alt={called}
          loading="lazy"
          onError={() => setBroken(true)}
          className="h-48 max-w-full rounded-md bg-muted object-contain"
        />
      </a>
    );
  }
  const inside = (
    <>
      <FileText className="size-5 shrink-0" aria-hidden />
      <span className="min-w-0">
        <span className="block truncate font-medium">{called}</span>
        <span className="block text-xs">
          {status === 'stored'
            ? [mimeType, sizeBytes !== null && formatBytes(sizeBytes)].filter(Boolean).join(', ')
            : WORDS[status]}
        </span>
      </span>
    </>
  );
  const box = 'flex min-h-9 items-center gap-2 rounded-md border bg-card px-2.5 py-1.5 text-card-foreground';
  return path === null ? (
    <span className={box}>{inside}</span>
  ) : (
    <a href={path} download={called} className={`${box} hover:bg-accent`}>
      {inside}
    </a>
  );
}

const WORDS: Readonly<Record<ThreadAttachment['status'], string>> = {
  stored: '',
  awaited: 'Still on its way from the device',
  lost: 'It could not be had from the device',
  elsewhere: 'At an address outside; not fetched yet',
};
