/** What the line is called and how it reaches its carrier. A password goes in and never comes out. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Line, UpdateLineBody } from '@trunkline/sdk';
import { type FormEvent, useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { useToast } from '../../ui/toast.tsx';
import { renewLines } from './queries.ts';

export function LineConnection({ line }: { line: Line }) {
  const { may, why } = useMay('admin');
  const queries = useQueryClient();
  const toast = useToast();
  const [firstName, setFirstName] = useState(line.firstName ?? '');
  const [secret, setSecret] = useState('');
  const takesSecret = ['bluebubbles', 'twilio', 'smtp'].includes(line.transport);
  const save = useMutation({
    mutationFn: (body: UpdateLineBody) => api.updateLine({ id: line._id, body }),
    async onSuccess() {
      setSecret('');
      toast.done('Saved.');
      await renewLines(queries);
    },
  });
  const changes: UpdateLineBody = {
    ...(firstName.trim() === (line.firstName ?? '') ? {} : { firstName: firstName.trim() || null }),
    ...(secret === '' ? {} : { secret }),
  };
  const isChanged = Object.keys(changes).length > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isChanged) save.mutate(changes);
  };
  return (
    <Card title="Name and connection">
      <form onSubmit={submit} aria-label="Name and connection" className="flex flex-col gap-4">
        <Field label="Name" hint="What {line_name} becomes in messages.">
          <Input value={firstName} disabled={!may} onChange={({ target }) => setFirstName(target.value)} />
        </Field>
        {takesSecret && (
          <Field
            label={line.transport === 'twilio' ? 'New auth token' : 'New password'}
            hint={line.hasSecret ? 'One is stored. Empty: it stays.' : 'None is stored.'}
          >
            <Input
              type="password"
              autoComplete="new-password"
              value={secret}
              disabled={!may}
              onChange={({ target }) => setSecret(target.value)}
            />
          </Field>
        )}
        <Settings config={line.transportConfig} />
        {save.isError && (
          <p role="alert" className="font-medium text-danger">
            {sentenceOf(save.error)}
          </p>
        )}
        <Button
          type="submit"
          variant="primary"
          className="self-start"
          disabled={!may || !isChanged}
          title={why}
          busy={save.isPending}
        >
          Save
        </Button>
      </form>
    </Card>
  );
}

function Settings({ config }: { config: Line['transportConfig'] }) {
  const entries = Object.entries(config).filter(([, value]) => value !== null);
  if (entries.length === 0) return null;
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
      {entries.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted-foreground">{name}</dt>
          <dd className="break-words">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
