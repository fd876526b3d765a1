import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

export interface Secret {
  title: string;
  /** "the key". */
  what: string;
  value: string;
  /** What it is for. */
  note: string;
}

/** Something that nobody can read again. It closes by its button alone, so that no click beside it loses it. */
export function SecretOnce({ secret, onClose }: { secret: Secret | null; onClose(): void }) {
  return (
    <Dialog
      open={secret !== null}
      onOpenChange={(open) => !open && onClose()}
      title={secret?.title ?? ''}
      description="Shown this once. Keep it now."
      footer={
        <Button variant="primary" onClick={onClose}>
          I have kept it
        </Button>
      }
    >
      {secret && (
        <div className="flex flex-col gap-3">
          <div className="flex items-center gap-2 rounded-md border bg-muted p-2">
            <code className="min-w-0 flex-1 break-all" data-testid="secret">
              {secret.value}
            </code>
            <CopyButton text={secret.value} what={secret.what} />
          </div>
          <p className="text-muted-foreground">{secret.note}</p>
        </div>
      )}
    </Dialog>
  );
}
