import { getRouteApi } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { forgetWorkspace } from '../../lib/workspace.ts';
import { beginSession } from '../../session-end.ts';
import { Field, Input } from '../../ui/field.tsx';
import { NameField, NewPasswordField } from './account-fields.tsx';
import { Entrance, EntranceForm } from './entrance.tsx';

const route = getRouteApi('/setup');

/** By the link that the server printed. */
export function SetUpPage() {
  const { token } = route.useSearch();
  return (
    <Entrance title="Set up Trunkline">
      <p className="text-muted-foreground">
        You become the owner of this server: you may invite others later, and say what they may do.
      </p>
      <EntranceForm
        action="Become the owner"
        onSubmit={async (field) => {
          const body = { token, name: field('name'), email: field('email'), password: field('newPassword') };
          await api.setUp({ body });
          forgetWorkspace();
          beginSession();
        }}
      >
        <NameField />
        <Field label="Email" hint="To sign in with. Nothing is sent to it.">
          <Input name="email" type="email" autoComplete="username" required />
        </Field>
        <NewPasswordField />
      </EntranceForm>
    </Entrance>
  );
}
