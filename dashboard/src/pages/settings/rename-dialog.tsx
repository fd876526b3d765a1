import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { SettingsForm } from './form.tsx';

interface RenameDialogProps {
  title: string;
  name: string;
  onClose(): void;
  save(name: string): Promise<unknown>;
}

export function RenameDialog({ title, name, onClose, save }: RenameDialogProps) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title}>
      <SettingsForm
        action="Save the name"
        done="Renamed"
        save={(field) => save(field('name'))}
        onSaved={onClose}
      >
        <Field label="Name">
          <Input name="name" defaultValue={name} maxLength={100} required autoFocus />
        </Field>
      </SettingsForm>
    </Dialog>
  );
}
