/** What the pages before the door share: one form in the middle, and what went wrong under it. */
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { sentenceOf } from '../../api.ts';
import { Button } from '../../ui/button.tsx';

interface EntranceProps {
  title: string;
  children: ReactNode;
}

export function Entrance({ title, children }: EntranceProps) {
  useEffect(() => {
    document.title = `${title} · Trunkline`;
  }, [title]);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-5 p-4">
      <img src="/favicon.svg" alt="" width={32} height={32} />
      <h1 className="text-xl font-semibold">{title}</h1>
      {children}
    </main>
  );
}

interface EntranceFormProps {
  action: string;
  children: ReactNode;
  /** What is thrown is shown. */
  onSubmit(fields: (name: string) => string): Promise<unknown>;
}

export function EntranceForm({ action, children, onSubmit }: EntranceFormProps) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await onSubmit((name) => String(form.get(name) ?? ''));
    } catch (refusal) {
      setError(sentenceOf(refusal));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {children}
      {error && (
        <p role="alert" className="font-medium text-danger">
          {error}
        </p>
      )}
      <Button type="submit" variant="primary" busy={busy}>
        {action}
      </Button>
    </form>
  );
}
