import { X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { createContext, type ReactNode, use, useCallback, useMemo, useState } from 'react';
import { sentenceOf } from '../api.ts';
import { Button } from './button.tsx';
import { cn } from './cn.ts';

interface ToastEntry {
  id: number;
  text: string;
  tone: 'success' | 'danger';
}

interface Toasts {
  done(text: string): void;
  /** Takes whatever was thrown. */
  failed(error: unknown): void;
}

const Context = createContext<Toasts | null>(null);
let nextId = 1;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [entries, setEntries] = useState<ToastEntry[]>([]);
  const add = useCallback(
    (text: string, tone: ToastEntry['tone']) =>
      setEntries((all) => [...all.slice(-3), { id: nextId++, text, tone }]),
    [],
  );
  const toasts = useMemo<Toasts>(
    () => ({ done: (text) => add(text, 'success'), failed: (error) => add(sentenceOf(error), 'danger') }),
    [add],
  );
  return (
    <Context value={toasts}>
      <Radix.Provider duration={6000}>
        {children}
        {entries.map(({ id, text, tone }) => (
          <Radix.Root
            key={id}
            type={tone === 'danger' ? 'foreground' : 'background'}
            {...(tone === 'danger' ? { duration: 15_000 } : {})}
            onOpenChange={(open) => !open && setEntries((all) => all.filter((entry) => entry.id !== id))}
            className={cn(
              'flex items-start gap-3 rounded-lg border-l-4 bg-popover p-3 text-popover-foreground shadow-lg',
              tone === 'danger' ? 'border-l-danger' : 'border-l-success',
            )}
          >
            <Radix.Description className="flex-1">{text}</Radix.Description>
            <Radix.Close asChild>
              <Button variant="ghost" size="icon-sm" aria-label="Dismiss">
                <X aria-hidden />
              </Button>
            </Radix.Close>
          </Radix.Root>
        ))}
        <Radix.Viewport className="fixed right-0 bottom-0 z-60 flex w-full max-w-sm flex-col gap-2 p-4" />
      </Radix.Provider>
    </Context>
  );
}

export function useToast(): Toasts {
  const toasts = use(Context);
  if (toasts === null) throw new Error('useToast outside of ToastProvider');
  return toasts;
}
