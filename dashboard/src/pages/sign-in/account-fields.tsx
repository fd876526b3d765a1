/** Of whoever has no account yet. */
import { Field, Input } from '../../ui/field.tsx';

export const PASSWORD_HINT = 'At least 10 characters. A sentence is easy to keep and hard to guess.';

export function NameField() {
  return (
    <Field label="Your name">
      <Input name="name" autoComplete="name" maxLength={100} required />
    </Field>
  );
}

export function NewPasswordField({ label = 'Password' }: { label?: string }) {
  return (
    <Field label={label} hint={PASSWORD_HINT}>
      <Input
        name="newPassword"
        type="password"
        autoComplete="new-password"
        minLength={10}
        maxLength={128}
        required
      />
    </Field>
  );
}
