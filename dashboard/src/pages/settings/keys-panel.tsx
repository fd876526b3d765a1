import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiKey } from '@trunkline/sdk';
import { useState } from 'react';
import { api } from '../../api.ts';
import { useMay } from '../../session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { Loaded } from './loaded.tsx';
import { NewKeyDialog } from './new-key-dialog.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { type Secret, SecretOnce } from './secret-once.tsx';

const QUERY = ['settings', 'keys'];

export function KeysPanel() {
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  const { may, why } = useMay('admin');
  const client = useQueryClient();
  return (
    <Card
      title="API keys"
      actions={
        <Button variant="primary" disabled={!may} title={why} onClick={() => setMaking(true)}>
          Make a key
        </Button>
      }
    >
      <Loaded queryKey={QUERY} read={() => api.listApiKeys()}>
        {({ apiKeys }) =>
          apiKeys.length === 0 ? (
            <Empty title="No key yet">A key lets a program send and read in this workspace.</Empty>
          ) : (
            <ul className="divide-y">
              {apiKeys.map((key) => (
                <KeyRow key={key._id} apiKey={key} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {isMaking && (
        <NewKeyDialog
          onClose={() => setMaking(false)}
          onMade={({ apiKey, key }) => {
            setMaking(false);
            void client.invalidateQueries({ queryKey: QUERY });
            setSecret({
              title: `The key “${apiKey.name}”`,
              what: 'the key',
              value: key,
              note: 'Programs send it as “Authorization: Bearer …”. Only its hash is kept: whoever loses it makes another.',
            });
          }}
        />
      )}
      <SecretOnce secret={secret} onClose={() => setSecret(null)} />
    </Card>
  );
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const { _id: id, name, hint, scopes, sendsAs, createdAt, expiresAt, lastUsedAt } = apiKey;
  const [open, setOpen] = useState<'rename' | 'revoke' | null>(null);
  const { may, why } = useMay('admin');
  const client = useQueryClient();
  const toast = useToast();
  const refresh = () => client.invalidateQueries({ queryKey: QUERY });
  const revoke = useMutation({
    mutationFn: () => api.removeApiKey({ id }),
    onSuccess: () => {
      toast.done(`“${name}” opens nothing any more`);
      void refresh();
    },
  });
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= Date.now();
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <span className="break-words">{name}</span>
          {scopes.map((scope) => (
            <Badge key={scope}>{scope}</Badge>
          ))}
          {sendsAs === 'sms_only' && <Badge tone="info">SMS alone</Badge>}
          {isOver && <Badge tone="danger">expired</Badge>}
        </p>
        <p className="text-muted-foreground">
          <code>{hint}…</code>, made <Time at={createdAt} />,{' '}
          {lastUsedAt === null ? (
            'never used'
          ) : (
            <>
              last used <Time at={lastUsedAt} relative />
            </>
          )}
          {expiresAt !== null && (
            <>
              , {isOver ? 'expired' : 'expires'} <Time at={expiresAt} />
            </>
          )}
        </p>
      </div>
      <div className="flex gap-2">
        <Button size="sm" disabled={!may} title={why} onClick={() => setOpen('rename')}>
          Rename
        </Button>
        <Button size="sm" disabled={!may} title={why} onClick={() => setOpen('revoke')}>
          Revoke
        </Button>
      </div>
      {open === 'rename' && (
        <RenameDialog
          title={`Rename “${name}”`}
          name={name}
          onClose={() => setOpen(null)}
          save={async (next) => {
            await api.renameApiKey({ id, body: { name: next } });
            await refresh();
          }}
        />
      )}
      <Confirm
        open={open === 'revoke'}
        onOpenChange={() => setOpen(null)}
        title={`Revoke “${name}”?`}
        action="Revoke the key"
        destructive
        onConfirm={() => revoke.mutateAsync()}
      >
        Within a second nothing opens by it any more. Programs that use it are refused from then on. This
        can’t be undone.
      </Confirm>
    </li>
  );
}
