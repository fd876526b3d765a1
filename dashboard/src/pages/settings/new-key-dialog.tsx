import type { NewApiKeyAnswer } from '@trunkline/sdk';
import { api } from '../../api.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input, Select } from '../../ui/field.tsx';
import { SettingsForm } from './form.tsx';

type Scope = 'send' | 'read' | 'admin';

const RIGHTS: readonly [string, readonly Scope[]][] = [
  ['Send and read', ['send', 'read']],
  ['Send alone', ['send']],
  ['Read alone', ['read']],
  ['Everything, settings and keys too', ['admin']],
];

const LIFETIMES: readonly [string, number | null][] = [
  ['Never', null],
  ['In 30 days', 30],
  ['In 90 days', 90],
  ['In a year', 365],
];

interface NewKeyDialogProps {
  onClose(): void;
  onMade(made: NewApiKeyAnswer): void;
}

export function NewKeyDialog({ onClose, onMade }: NewKeyDialogProps) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Make a key">
      <SettingsForm
        action="Make the key"
        done="The key is made"
        save={async (field) => {
          const days = LIFETIMES[Number(field('lifetime'))]?.[1] ?? null;
          const expiresAt = days === null ? null : new Date(Date.now() + days * 86_400_000).toISOString();
          const scopes = [...(RIGHTS[Number(field('rights'))]?.[1] ?? [])];
          const sendsAs = field('sendsAs') as 'imessage_first' | 'sms_only';
          onMade(await api.createApiKey({ body: { name: field('name'), scopes, expiresAt, sendsAs } }));
        }}
      >
        <Field label="Name" hint="Of the program that will use it.">
          <Input name="name" maxLength={100} required autoFocus />
        </Field>
        <Field label="It may">
          <Select name="rights">
            {RIGHTS.map(([title], index) => (
              <option key={title} value={index}>
                {title}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="It expires">
          <Select name="lifetime">
            {LIFETIMES.map(([title], index) => (
              <option key={title} value={index}>
                {title}
              </option>
            ))}
          </Select>
        </Field>
        <Field
          label="For clients of Twilio and Sendblue it sends"
          hint="Only for programs that were written for those services."
        >
          <Select name="sendsAs">
            <option value="imessage_first">iMessage, with SMS behind it</option>
            <option value="sms_only">SMS alone</option>
          </Select>
        </Field>
      </SettingsForm>
    </Dialog>
  );
}
