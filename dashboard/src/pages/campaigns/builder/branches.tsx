/** Where the lead goes after the step: the first branch that comes true decides, else the way below. */
import { Plus, Trash2 } from 'lucide-react';
import { Button } from '../../../ui/button.tsx';
import { Field, Select } from '../../../ui/field.tsx';
import { type ConditionType, TYPE_WORDS } from '../words.ts';
import { ConditionEditor } from './condition-editor.tsx';
import { END, newCondition, newUid, type StepDraft } from './draft.ts';
import { type Fault, faultAt } from './problems.ts';

const TYPES = Object.keys(TYPE_WORDS) as ConditionType[];

interface BranchesProps {
  step: StepDraft;
  index: number;
  steps: readonly StepDraft[];
  problems: readonly Fault[];
  onChange(changes: Partial<Pick<StepDraft, 'branches' | 'next'>>): void;
}

export function Branches({ step: { branches, next }, index, steps, problems, onChange }: BranchesProps) {
  const where = `steps[${index}]`;
  const later = steps.slice(index + 1);
  const follows = later[0];
  const set = (uid: number, changes: Partial<StepDraft['branches'][number]>) =>
    onChange({ branches: branches.map((each) => (each.uid === uid ? { ...each, ...changes } : each)) });
  const add = () =>
    onChange({
      branches: [...branches, { uid: newUid(), condition: newCondition('replied'), to: follows?.key ?? END }],
    });
  return (
    <section aria-label="Ways on" className="flex flex-col gap-3">
      <div>
        <h3 className="font-medium">Ways on</h3>
        <p className="text-xs text-muted-foreground">
          The first branch that comes true leads on. Ways lead forward only, so nothing can loop.
        </p>
      </div>
      {branches.map(({ uid, condition, to }, n) => (
        <div key={uid} className="flex items-start gap-2 rounded-lg border p-3">
          <div className="flex min-w-0 flex-1 flex-col gap-3">
            <ConditionEditor
              condition={condition}
              types={TYPES}
              where={`${where}.branches[${n}].condition`}
              problems={problems}
              onChange={(changed) => set(uid, { condition: changed })}
            />
            <Target
              label="Goes to"
              to={to}
              later={later}
              from={index + 1}
              error={faultAt(problems, `${where}.branches[${n}].to`)}
              onChange={(target) => set(uid, { to: target ?? END })}
            />
          </div>
          <Button
            size="icon-sm"
            aria-label={`Remove branch ${n + 1}`}
            onClick={() => onChange({ branches: branches.filter((each) => each.uid !== uid) })}
          >
            <Trash2 aria-hidden />
          </Button>
        </div>
      ))}
      <div>
        <Button size="sm" onClick={add}>
          <Plus aria-hidden /> Branch
        </Button>
      </div>
      <Target
        label={branches.length > 0 ? 'Else goes to' : 'Then goes to'}
        to={next}
        mayFollow
        later={later}
        from={index + 1}
        error={faultAt(problems, `${where}.next`)}
        onChange={(target) => onChange({ next: target })}
      />
    </section>
  );
}

interface TargetProps {
  label: string;
  to: string | null;
  /** "whatever follows" is among the choices. */
  mayFollow?: boolean;
  later: readonly StepDraft[];
  /** Steps before the first of them. */
  from: number;
  error: string | undefined;
  onChange(to: string | null): void;
}

function Target({ label, to, mayFollow = false, later, from, error, onChange }: TargetProps) {
  const isKnown = to === null || to === END || later.some(({ key }) => key === to);
  return (
    <Field label={label} error={error} className="max-w-sm">
      <Select value={to ?? ''} onChange={({ target }) => onChange(target.value === '' ? null : target.value)}>
        {mayFollow && (
          <option value="">
            {later.length === 0 ? 'the end (it is the last)' : 'the step that follows'}
          </option>
        )}
        {later.map(({ uid, key }, n) => (
          <option key={uid} value={key}>
            step {from + n + 1}: {key}
          </option>
        ))}
        <option value={END}>the end</option>
        {!isKnown && <option value={to}>{to} (no later step)</option>}
      </Select>
    </Field>
  );
}
