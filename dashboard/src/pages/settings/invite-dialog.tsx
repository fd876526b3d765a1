import type { NewInvitationAnswer } from '@trunkline/sdk';
import { api } from '../../api.ts';
import { useMe } from '../../session.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input, Select } from '../../ui/field.tsx';
import { SettingsForm } from './form.tsx';
import { ROLES, type Role } from './roles.ts';

interface InviteDialogProps {
  onClose(): void;
  onMade(made: NewInvitationAnswer): void;
}

export function InviteDialog({ onClose, onMade }: InviteDialogProps) {
  const me = useMe();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Invite somebody">
      <SettingsForm
        action="Make the link"
        done="The invitation is made"
        save={async (field) =>
          onMade(await api.invite({ body: { email: field('email'), role: field('role') as Role } }))
        }
      >
        <Field label="Email" hint="Whoever joins signs in with it. Nothing is sent to it.">
          <Input name="email" type="email" autoComplete="off" required autoFocus />
        </Field>
        <Field label="Role">
          <Select name="role" defaultValue="member">
            {ROLES.filter(({ role }) => role !== 'owner' || me.role === 'owner').map(({ role, may }) => (
              <option key={role} value={role}>
                {role}: {may}
              </option>
            ))}
          </Select>
        </Field>
      </SettingsForm>
    </Dialog>
  );
}
