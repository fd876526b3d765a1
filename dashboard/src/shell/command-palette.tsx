/** Ctrl K: any page by a few letters of its name. Loaded when first asked for. */
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { Send } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useMay } from '../session.ts';
import { PAGES, START } from './pages.ts';

const ITEM =
  'flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-3 data-[disabled=true]:opacity-55 data-[selected=true]:bg-accent data-[selected=true]:text-accent-foreground';

export function CommandPalette({ onClose, onSend }: { onClose(): void; onSend(): void }) {
  const navigate = useNavigate();
  const { may } = useMay('send');
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/45" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 w-[calc(100%-1.5rem)] max-w-lg -translate-x-1/2 overflow-hidden rounded-xl border bg-popover text-popover-foreground shadow-xl"
        >
          <Dialog.Title className="sr-only">Search</Dialog.Title>
          <Command label="Search" loop>
            <Command.Input
              placeholder="Where to?"
              className="h-12 w-full border-b bg-transparent px-4 text-base -outline-offset-2 placeholder:text-muted-foreground"
            />
            <Command.List className="max-h-80 overflow-y-auto p-1">
              <Command.Empty className="p-6 text-center text-muted-foreground">
                Nothing of that name.
              </Command.Empty>
              {[...PAGES, START].map(({ to, title, icon: Icon }) => (
                <Command.Item
                  key={to}
                  value={title}
                  onSelect={() => {
                    onClose();
                    void navigate({ to });
                  }}
                  className={ITEM}
                >
                  <Icon className="size-4" aria-hidden /> {title}
                </Command.Item>
              ))}
              <Command.Item
                value="Send a message"
                disabled={!may}
                onSelect={() => {
                  onClose();
                  onSend();
                }}
                className={ITEM}
              >
                <Send className="size-4" aria-hidden /> Send a message
              </Command.Item>
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
