/** A text with placeholders: they are put where the cursor stands. */
import { Braces } from 'lucide-react';
import { useRef } from 'react';
import { formatNumber } from '../../../lib/format.ts';
import { Button } from '../../../ui/button.tsx';
import { Field, Textarea } from '../../../ui/field.tsx';
import { Menu, MenuItem, MenuLabel } from '../../../ui/menu.tsx';

const PLACEHOLDERS: readonly [string, string][] = [
  ['{firstName|there}', 'first name, “there” where there is none'],
  ['{lastName}', 'last name'],
  ['{companyName}', 'company'],
  ['{jobTitle}', 'job title'],
  ['{email}', 'email'],
  ['{phone}', 'phone'],
  ['{line_name}', 'name of the line it goes from'],
];

interface MessageFieldProps {
  label: string;
  value: string;
  most: number;
  error?: string | undefined;
  hint?: string;
  rows?: number;
  onChange(value: string): void;
}

export function MessageField({ label, value, most, error, hint, rows = 5, onChange }: MessageFieldProps) {
  const box = useRef<HTMLTextAreaElement>(null);
  const insert = (placeholder: string) => {
    const { selectionStart: start = value.length, selectionEnd: end = value.length } = box.current ?? {};
    onChange(value.slice(0, start) + placeholder + value.slice(end));
  };
  // Characters as people count them.
  const length = [...value].length;
  return (
    <div className="flex flex-col gap-1.5">
      <Field
        label={label}
        error={error}
        hint={
          <>
            {hint} {formatNumber(length)} of {formatNumber(most)} characters. A placeholder such as{' '}
            <code>{'{firstName|there}'}</code> is filled in for each lead; after the bar stands what is said
            where it has none. Custom fields are named alike.
          </>
        }
      >
        <Textarea ref={box} rows={rows} value={value} onChange={({ target }) => onChange(target.value)} />
      </Field>
      <div>
        <Menu
          align="start"
          trigger={
            <Button size="sm" aria-label={`Insert a placeholder: ${label}`}>
              <Braces aria-hidden /> Placeholder
            </Button>
          }
        >
          <MenuLabel>Filled in for each lead</MenuLabel>
          {PLACEHOLDERS.map(([placeholder, words]) => (
            <MenuItem key={placeholder} onSelect={() => insert(placeholder)}>
              <code>{placeholder}</code> <span className="text-muted-foreground">{words}</span>
            </MenuItem>
          ))}
        </Menu>
      </div>
    </div>
  );
}
