import type { Wait } from '@trunkline/sdk';
import { Field, Input, Select } from '../../../ui/field.tsx';
import { UNIT_WORDS } from '../words.ts';

interface WaitFieldProps {
  label: string;
  wait: Wait;
  error?: string | undefined;
  onChange(wait: Wait): void;
}

export function WaitField({ label, wait, error, onChange }: WaitFieldProps) {
  return (
    <div className="grid grid-cols-[minmax(4rem,1fr)_minmax(6.5rem,1fr)] items-start gap-2">
      <Field label={label} error={error}>
        <Input
          type="number"
          min={0}
          step={1}
          value={Number.isNaN(wait.value) ? '' : wait.value}
          onChange={({ target }) =>
            onChange({ ...wait, value: target.value === '' ? 0 : target.valueAsNumber })
          }
        />
      </Field>
      <Field label="Unit">
        <Select
          aria-label={`Unit of: ${label}`}
          value={wait.unit}
          onChange={({ target }) => onChange({ ...wait, unit: target.value as Wait['unit'] })}
        >
          {Object.entries(UNIT_WORDS).map(([unit, words]) => (
            <option key={unit} value={unit}>
              {words}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  );
}
