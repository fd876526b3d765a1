import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { beginSession } from '../../session-end.ts';
import { enterCode, signIn } from '../../sign-in.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, Field, Input } from '../../ui/field.tsx';
import { Entrance, EntranceForm } from './entrance.tsx';

export function SignInPage() {
  const [codeNeeded, setCodeNeeded] = useState(false);
  return codeNeeded ? (
    <CodeStep onAgain={() => setCodeNeeded(false)} />
  ) : (
    <PasswordStep onCode={setCodeNeeded} />
  );
}

function PasswordStep({ onCode }: { onCode(needed: boolean): void }) {
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => api.isSetupNeeded() });
  return (
    <Entrance title="Sign in to Trunkline">
      {setup.data?.needed && (
        <p className="rounded-lg bg-info-soft p-3 text-info">
          Nobody owns this server yet. When it started it printed a link: open that link to become its owner.
        </p>
      )}
      <EntranceForm
        action="Sign in"
        onSubmit={async (field) => {
          const { codeNeeded } = await signIn(field('email'), field('password'));
          if (codeNeeded) onCode(true);
          else beginSession();
        }}
      >
        <Field label="Email">
          <Input name="email" type="email" autoComplete="username" required />
        </Field>
        <Field label="Password">
          <Input name="password" type="password" autoComplete="current-password" required />
        </Field>
      </EntranceForm>
      <p className="text-xs text-muted-foreground">
        Forgotten? Whoever runs this server gives you a new password with{' '}
        <code>trunkline people new-password</code>.
      </p>
    </Entrance>
  );
}

function CodeStep({ onAgain }: { onAgain(): void }) {
  const [isBackup, setBackup] = useState(false);
  const [trustDevice, setTrust] = useState(false);
  return (
    <Entrance title="Enter the code">
      <p className="text-muted-foreground">
        {isBackup
          ? 'One of the backup codes you kept. Each is good once.'
          : 'Your authenticator app shows six digits for Trunkline.'}
      </p>
      <EntranceForm
        action="Go on"
        onSubmit={async (field) => {
          await enterCode(field('code'), { isBackup, trustDevice });
          beginSession();
        }}
      >
        <Field label={isBackup ? 'Backup code' : 'Code'}>
          <Input
            key={String(isBackup)}
            name="code"
            autoComplete="one-time-code"
            inputMode={isBackup ? 'text' : 'numeric'}
            autoFocus
            required
          />
        </Field>
        <Checkbox
          label="Ask for no code in this browser for 30 days"
          checked={trustDevice}
          onCheckedChange={(checked) => setTrust(checked === true)}
        />
      </EntranceForm>
      <div className="flex flex-wrap justify-between gap-2">
        <Button variant="link" size="inline" onClick={() => setBackup(!isBackup)}>
          {isBackup ? 'Use the app instead' : 'Use a backup code'}
        </Button>
        <Button variant="link" size="inline" onClick={onAgain}>
          Begin again
        </Button>
      </div>
    </Entrance>
  );
}
