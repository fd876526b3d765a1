/** A form of the settings: its button is shut with a reason for whoever may not change anything, and says what went wrong. */
import { useMutation } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import { sentenceOf } from '../../api.ts';
import { type Right, useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { useToast } from '../../ui/toast.tsx';

interface SettingsFormProps {
  action: string;
  /** Said once it is done. */
  done: string;
  /** null: everybody may; the own account. */
  right?: Right | null;
  children: ReactNode;
  save(field: (name: string) => string): Promise<unknown>;
  onSaved?(): void;
}

export function SettingsForm({ action, done, right = 'admin', children, save, onSaved }: SettingsFormProps) {
  const toast = useToast();
  const { may, why } = useMay(right ?? 'read');
  const saving = useMutation({
    mutationFn: save,
    onSuccess: () => {
      toast.done(done);
      onSaved?.();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    saving.mutate((name) => String(form.get(name) ?? ''));
  };
  return (
    <form onSubmit={submit}>
      <fieldset disabled={!may} className="flex flex-col gap-4">
        {children}
        {saving.isError && (
          <p role="alert" className="font-medium text-danger">
            {sentenceOf(saving.error)}
          </p>
        )}
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" variant="primary" busy={saving.isPending} disabled={!may}>
            {action}
          </Button>
          {why && <p className="text-xs text-muted-foreground">{why}</p>}
        </div>
      </fieldset>
    </form>
  );
}
