import { X } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { Progress } from '../../ui/progress.tsx';
import { formatBytes } from './bytes.ts';
import type { ComposerFile } from './upload.ts';

/** What will go with the next message, and how far it has come. */
export function DraftFiles({
  files,
  onRemove,
}: {
  files: readonly ComposerFile[];
  onRemove(id: number): void;
}) {
  if (files.length === 0) return null;
  return (
    <ul aria-label="Files to send" className="flex flex-wrap gap-2">
      {files.map(({ id, name, sizeBytes, progress, url, error }) => (
        <li key={id} className="flex max-w-full items-center gap-2 rounded-md border px-2 py-1">
          <span className="min-w-0">
            <span className="block max-w-52 truncate font-medium">{name}</span>
            {error === null ? (
              <span className="block text-xs text-muted-foreground">
                {formatBytes(sizeBytes)}
                {url !== null && ', ready'}
              </span>
            ) : (
              <span role="alert" className="block text-xs font-medium text-danger">
                {error}
              </span>
            )}
            {url === null && error === null && <Progress value={progress} label={`Upload of ${name}`} />}
          </span>
          <Button variant="ghost" size="icon-sm" aria-label={`Remove ${name}`} onClick={() => onRemove(id)}>
            <X aria-hidden />
          </Button>
        </li>
      ))}
    </ul>
  );
}
