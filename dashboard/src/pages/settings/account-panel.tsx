import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../session.ts';
import { renewSession } from '../../session-end.ts';
import { changePassword, rename, signOutElsewhere } from '../../sign-in.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { Empty } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { NewPasswordField } from '../sign-in/account-fields.tsx';
import { CodesCard } from './codes-card.tsx';
import { SettingsForm } from './form.tsx';

export function AccountPanel() {
  const { person } = useMe();
  const client = useQueryClient();
  const toast = useToast();
  // A form begins anew once its password is changed.
  const [changes, setChanges] = useState(0);
  const elsewhere = useMutation({
    mutationFn: signOutElsewhere,
    onSuccess: () => toast.done('Every other browser is signed out'),
    onError: toast.failed,
  });
  if (person === null) return <Empty title="Nobody is signed in">An API key is asking.</Empty>;
  const refresh = () => client.invalidateQueries({ queryKey: ['me'] });
  return (
    <div className="flex max-w-2xl flex-col gap-4">
      <Card title="Your account">
        <SettingsForm
          action="Save the name"
          done="Your name is saved"
          right={null}
          save={(field) => rename(field('name'))}
          onSaved={() => void refresh()}
        >
          <Field label="Email">
            <Input type="email" value={person.email} readOnly />
          </Field>
          <Field label="Name">
            <Input name="name" defaultValue={person.name} autoComplete="name" maxLength={100} required />
          </Field>
        </SettingsForm>
      </Card>
      <Card title="Password">
        <SettingsForm
          key={changes}
          action="Change the password"
          done="Your password is changed, and every other browser signed out"
          right={null}
          save={(field) => renewSession(() => changePassword(field('currentPassword'), field('newPassword')))}
          onSaved={() => {
            setChanges(changes + 1);
            void client.invalidateQueries();
          }}
        >
          <Field label="Present password">
            <Input name="currentPassword" type="password" autoComplete="current-password" required />
          </Field>
          <NewPasswordField label="New password" />
        </SettingsForm>
      </Card>
      <CodesCard isOn={person.twoFactorEnabled} onChanged={() => void refresh()} />
      <Card title="Other browsers">
        <p className="mb-3 text-muted-foreground">
          Ends every session but this one, and asks each browser for a code again.
        </p>
        <Button busy={elsewhere.isPending} onClick={() => elsewhere.mutate()}>
          Sign out everywhere else
        </Button>
      </Card>
    </div>
  );
}
