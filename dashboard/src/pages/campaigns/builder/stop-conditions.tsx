/** Who is out: asked in the instant before the step would be sent. */
import { Plus, Trash2 } from 'lucide-react';
import { Button } from '../../../ui/button.tsx';
import { type ConditionType, TYPE_WORDS } from '../words.ts';
import { ConditionEditor } from './condition-editor.tsx';
import { newCondition, newUid, type StepDraft } from './draft.ts';
import type { Fault } from './problems.ts';

const TYPES = (Object.keys(TYPE_WORDS) as ConditionType[]).filter((type) => type !== 'no_reply_for');

interface StopConditionsProps {
  step: StepDraft;
  where: string;
  problems: readonly Fault[];
  onChange(changes: Pick<StepDraft, 'stopConditions'>): void;
}

export function StopConditions({ step: { stopConditions }, where, problems, onChange }: StopConditionsProps) {
  const add = () =>
    onChange({ stopConditions: [...stopConditions, { ...newCondition('tag'), uid: newUid() }] });
  return (
    <section aria-label="Stop conditions" className="flex flex-col gap-3">
      <div>
        <h3 className="font-medium">Stop conditions</h3>
        <p className="text-xs text-muted-foreground">
          Asked just before this step leaves: if one holds, the lead is out of the campaign.
        </p>
      </div>
      {stopConditions.map(({ uid, ...condition }, n) => (
        <div key={uid} className="flex items-start gap-2 rounded-lg border p-3">
          <div className="min-w-0 flex-1">
            <ConditionEditor
              condition={condition}
              types={TYPES}
              where={`${where}.stopConditions[${n}]`}
              problems={problems}
              onChange={(changed) =>
                onChange({
                  stopConditions: stopConditions.map((each) =>
                    each.uid === uid ? { ...changed, uid } : each,
                  ),
                })
              }
            />
          </div>
          <Button
            size="icon-sm"
            aria-label={`Remove stop condition ${n + 1}`}
            onClick={() => onChange({ stopConditions: stopConditions.filter((each) => each.uid !== uid) })}
          >
            <Trash2 aria-hidden />
          </Button>
        </div>
      ))}
      <div>
        <Button size="sm" onClick={add}>
          <Plus aria-hidden /> Stop condition
        </Button>
      </div>
    </section>
  );
}
