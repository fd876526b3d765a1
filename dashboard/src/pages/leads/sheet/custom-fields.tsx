import { Plus, Trash2 } from 'lucide-react';
import { Button } from '../../../ui/button.tsx';
import { Field, Input } from '../../../ui/field.tsx';
import type { CustomField } from './lead-draft.ts';

export function CustomFields({
  value,
  onChange,
}: {
  value: readonly CustomField[];
  onChange(value: CustomField[]): void;
}) {
  const change = (key: number, part: Partial<CustomField>) =>
    onChange(value.map((field) => (field.key === key ? { ...field, ...part } : field)));
  const nextKey = Math.max(-1, ...value.map(({ key }) => key)) + 1;
  return (
    <fieldset>
      <legend className="mb-2 font-semibold">Custom fields</legend>
      <div className="flex flex-col gap-2">
        {value.map(({ key, name, text }, index) => (
          <div key={key} className="flex items-end gap-2">
            <Field label={`Name of custom field ${index + 1}`} hideLabel className="flex-1">
              <Input
                placeholder="Name"
                value={name}
                onChange={({ target }) => change(key, { name: target.value })}
              />
            </Field>
            <Field label={`Value of ${name || `custom field ${index + 1}`}`} hideLabel className="flex-1">
              <Input
                placeholder="Value"
                value={text}
                onChange={({ target }) => change(key, { text: target.value })}
              />
            </Field>
            <Button
              variant="ghost"
              size="icon"
              aria-label={`Take away ${name || 'this field'}`}
              onClick={() => onChange(value.filter((field) => field.key !== key))}
            >
              <Trash2 aria-hidden />
            </Button>
          </div>
        ))}
        <Button
          className="self-start"
          size="sm"
          onClick={() => onChange([...value, { key: nextKey, name: '', text: '' }])}
        >
          <Plus aria-hidden /> Add a field
        </Button>
      </div>
    </fieldset>
  );
}
