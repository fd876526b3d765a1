/** One condition: its kind, and what that kind asks for. */
import type { Wait } from '@trunkline/sdk';
import { useId } from 'react';
import { Field, Input, Select } from '../../../ui/field.tsx';
import { type ConditionType, OPERATOR_WORDS, type Operator, TYPE_WORDS, takesValue } from '../words.ts';
import { type ConditionDraft, newCondition } from './draft.ts';
import { HttpFields } from './http-fields.tsx';
import { type Fault, faultAt } from './problems.ts';
import { WaitField } from './wait-field.tsx';

interface ConditionEditorProps {
  condition: ConditionDraft;
  types: readonly ConditionType[];
  /** Like `steps[1].branches[0].condition`. */
  where: string;
  problems: readonly Fault[];
  onChange(condition: ConditionDraft): void;
}

export function ConditionEditor({ condition, types, where, problems, onChange }: ConditionEditorProps) {
  const at = (part: string) => faultAt(problems, `${where}.${part}`);
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label="If the lead" error={at('type') ?? faultAt(problems, where)}>
        <Select
          value={condition.type}
          onChange={({ target }) => onChange(newCondition(target.value as ConditionType, condition.id))}
        >
          {types.map((type) => (
            <option key={type} value={type}>
              {TYPE_WORDS[type]}
            </option>
          ))}
        </Select>
      </Field>
      <Asked condition={condition} at={at} onChange={onChange} />
    </div>
  );
}

interface AskedProps {
  condition: ConditionDraft;
  at(part: string): string | undefined;
  onChange(condition: ConditionDraft): void;
}

function Asked({ condition, at, onChange }: AskedProps) {
  switch (condition.type) {
    case 'replied':
    case 'dnc':
      return null;
    case 'replied_with':
      return (
        <Field
          label="Keywords"
          hint="Separated by commas; any of them, as whole words."
          error={at('keywords') ?? at('keywords[0]')}
        >
          <Input
            value={condition.keywords.join(', ')}
            onChange={({ target }) => onChange({ ...condition, keywords: keywordsOf(target.value) })}
          />
        </Field>
      );
    case 'no_reply_for':
      return (
        <WaitField
          label="For"
          wait={condition.wait}
          error={at('wait') ?? at('wait.value')}
          onChange={(wait: Wait) => onChange({ ...condition, wait })}
        />
      );
    case 'tag':
      return (
        <div className="grid grid-cols-2 gap-2">
          <Field label="Tag" error={at('tag')}>
            <Input
              value={condition.tag}
              onChange={({ target }) => onChange({ ...condition, tag: target.value })}
            />
          </Field>
          <Field label="Is" error={at('is')}>
            <Select
              value={condition.is}
              onChange={({ target }) =>
                onChange({ ...condition, is: target.value === 'absent' ? 'absent' : 'present' })
              }
            >
              <option>present</option>
              <option>absent</option>
            </Select>
          </Field>
        </div>
      );
    case 'field':
      return (
        <>
          <FieldName
            value={condition.field}
            error={at('field')}
            onChange={(field) => onChange({ ...condition, field })}
          />
          <Comparison
            condition={condition}
            at={at}
            onChange={(changes) => onChange({ ...condition, ...changes })}
          />
        </>
      );
    case 'contacted_before':
      return (
        <Field label="By" error={at('scope')}>
          <Select
            value={condition.scope}
            onChange={({ target }) =>
              onChange({ ...condition, scope: target.value === 'campaign' ? 'campaign' : 'any_campaign' })
            }
          >
            <option value="campaign">this campaign</option>
            <option value="any_campaign">any campaign</option>
          </Select>
        </Field>
      );
    case 'http':
      return <HttpFields condition={condition} at={at} onChange={onChange} />;
  }
}

/** What stands between commas; a blank at the end stays while it is typed. */
function keywordsOf(text: string): string[] {
  return text === '' ? [] : text.split(',').map((word) => word.replace(/^ +/, ''));
}

const FIELDS = [
  'firstName',
  'lastName',
  'email',
  'phone',
  'companyName',
  'jobTitle',
  'linkedinUrl',
  'notes',
  'source',
  'externalId',
  'contactOwnerEmail',
  'availabilityStatus',
  'hsContactId',
  'ghlContactId',
  'createdAt',
  'updatedAt',
  'customFields.',
] as const;

function FieldName({
  value,
  error,
  onChange,
}: {
  value: string;
  error: string | undefined;
  onChange(field: string): void;
}) {
  const id = useId();
  return (
    <Field label="Field" error={error} hint="Of the lead, or customFields. and its name.">
      <Input list={id} value={value} onChange={({ target }) => onChange(target.value)} />
      <datalist id={id}>
        {FIELDS.map((field) => (
          <option key={field} value={field} />
        ))}
      </datalist>
    </Field>
  );
}

interface ComparisonProps {
  condition: { operator: Operator; value: string | number | null };
  at(part: string): string | undefined;
  onChange(changes: { operator: Operator; value: string | number | null }): void;
}

/** How it compares, and with what. */
export function Comparison({ condition: { operator, value }, at, onChange }: ComparisonProps) {
  return (
    <div className="grid grid-cols-2 gap-2">
      <Field label="Compares" error={at('operator')}>
        <Select
          value={operator}
          onChange={({ target }) => {
            const chosen = target.value as Operator;
            onChange({ operator: chosen, value: takesValue(chosen) ? (value ?? '') : null });
          }}
        >
          {Object.entries(OPERATOR_WORDS).map(([each, words]) => (
            <option key={each} value={each}>
              {words}
            </option>
          ))}
        </Select>
      </Field>
      {takesValue(operator) && (
        <Field label="Value" error={at('value')}>
          <Input value={value ?? ''} onChange={({ target }) => onChange({ operator, value: target.value })} />
        </Field>
      )}
    </div>
  );
}
