/** Sign-in with the codes of a telephone: on, off, and what is left when the telephone is lost. */
import { lazy, Suspense, useState } from 'react';
import { renewSession } from '../../session-end.ts';
import { beginCodes, endCodes, enterCode, newBackupCodes } from '../../sign-in.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { SettingsForm } from './form.tsx';

const QrCode = lazy(async () => ({ default: (await import('./qr-code.tsx')).QrCode }));

type Wish = 'begin' | 'end' | 'backup';

export function CodesCard({ isOn, onChanged }: { isOn: boolean; onChanged(): void }) {
  const [wish, setWish] = useState<Wish | null>(null);
  return (
    <Card
      title="Codes of your telephone"
      actions={isOn ? <Badge tone="success">on</Badge> : <Badge>off</Badge>}
    >
      <p className="mb-3 text-muted-foreground">
        With them a password alone lets nobody in: an authenticator app shows a new code every 30 seconds.
      </p>
      <div className="flex flex-wrap gap-2">
        {isOn ? (
          <>
            <Button onClick={() => setWish('backup')}>New backup codes</Button>
            <Button onClick={() => setWish('end')}>Switch off</Button>
          </>
        ) : (
          <Button variant="primary" onClick={() => setWish('begin')}>
            Switch on
          </Button>
        )}
      </div>
      {wish !== null && (
        <CodesDialog
          wish={wish}
          onClose={() => {
            setWish(null);
            onChanged();
          }}
        />
      )}
    </Card>
  );
}

const TITLES: Readonly<Record<Wish, string>> = {
  begin: 'Switch codes on',
  end: 'Switch codes off',
  backup: 'Make new backup codes',
};

function CodesDialog({ wish, onClose }: { wish: Wish; onClose(): void }) {
  const [uri, setUri] = useState<string | null>(null);
  const [backupCodes, setBackupCodes] = useState<readonly string[] | null>(null);
  const [isConfirmed, setConfirmed] = useState(wish !== 'begin');
  const afterPassword = async (password: string) => {
    if (wish === 'end') return renewSession(() => endCodes(password)).then(onClose);
    if (wish === 'backup') return setBackupCodes((await newBackupCodes(password)).backupCodes);
    const begun = await beginCodes(password);
    setUri(begun.uri);
    setBackupCodes(begun.backupCodes);
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={TITLES[wish]}>
      {backupCodes === null ? (
        <SettingsForm
          key="password"
          action="Go on"
          done={wish === 'end' ? 'Codes are off' : 'The password is right'}
          right={null}
          save={(field) => afterPassword(field('password'))}
        >
          <Field label="Your password">
            <Input name="password" type="password" autoComplete="current-password" required autoFocus />
          </Field>
        </SettingsForm>
      ) : isConfirmed ? (
        <BackupCodes codes={backupCodes} onClose={onClose} />
      ) : (
        <SettingsForm
          key="code"
          action="Switch codes on"
          done="Codes are on"
          right={null}
          save={(field) => renewSession(() => enterCode(field('code')))}
          onSaved={() => setConfirmed(true)}
        >
          <Telephone uri={uri ?? ''} />
          <Field label="The code it shows now">
            <Input name="code" inputMode="numeric" autoComplete="one-time-code" required />
          </Field>
        </SettingsForm>
      )}
    </Dialog>
  );
}

function Telephone({ uri }: { uri: string }) {
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  return (
    <div className="flex flex-col gap-3">
      <p>Scan this with an authenticator app, or type the key into it.</p>
      <Suspense fallback={<Skeleton className="size-48 self-center" />}>
        <QrCode text={uri} label="QR code for the authenticator app" />
      </Suspense>
      <p className="flex items-center gap-1">
        <code className="min-w-0 break-all" data-testid="totp-key">
          {secret}
        </code>
        <CopyButton text={secret} what="the key" />
      </p>
    </div>
  );
}

function BackupCodes({ codes, onClose }: { codes: readonly string[]; onClose(): void }) {
  return (
    <div className="flex flex-col gap-3">
      <p>
        Keep these where the telephone is not. Each signs you in once without it; they are shown only now.
      </p>
      <ul aria-label="Backup codes" className="grid grid-cols-2 gap-1 rounded-md border bg-muted p-3">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="flex justify-end gap-2">
        <CopyButton text={codes.join('\n')} what="the backup codes" />
        <Button variant="primary" onClick={onClose}>
          I have kept them
        </Button>
      </div>
    </div>
  );
}
