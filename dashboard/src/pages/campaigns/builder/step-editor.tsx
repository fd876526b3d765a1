/** One step: when it goes, what it says, who is out before it, and where its ways lead. */
import type { Campaign } from '@trunkline/sdk';
import { ArrowDown, ArrowUp, Trash2 } from 'lucide-react';
import { useMay } from '../../../session.ts';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Field, Input, Switch } from '../../../ui/field.tsx';
import { Attachments } from './attachments.tsx';
import { Branches } from './branches.tsx';
import { type Draft, moved, type StepDraft, withKey, withoutStep, withStep } from './draft.ts';
import { MessageField } from './message-field.tsx';
import { Preview } from './preview.tsx';
import { type Fault, faultAt } from './problems.ts';
import { StopConditions } from './stop-conditions.tsx';
import { WaitField } from './wait-field.tsx';

interface StepEditorProps {
  step: StepDraft;
  index: number;
  draft: Draft;
  campaign: Campaign;
  problems: readonly Fault[];
  setSteps(change: (steps: StepDraft[]) => StepDraft[]): void;
  /** The step that is open is known by its key. */
  onKey(key: string | undefined): void;
}

export function StepEditor({ step, index, draft, campaign, problems, setSteps, onKey }: StepEditorProps) {
  const { uid } = step;
  const { steps, messageType } = draft;
  const { may } = useMay('send');
  const where = `steps[${index}]`;
  const set = (changes: Partial<StepDraft>) => setSteps((all) => withStep(all, uid, changes));
  const at = (part: string) => faultAt(problems, `${where}.${part}`);
  const isMade = campaign.status !== 'draft' && campaign.steps.some(({ key }) => key === step.key);
  const remove = () => {
    setSteps((all) => withoutStep(all, uid));
    onKey(steps[index === 0 ? 1 : index - 1]?.key);
  };
  return (
    <Card
      title={`Step ${index + 1}`}
      actions={
        <span className="flex gap-1">
          <Button
            size="icon-sm"
            aria-label="Move this step up"
            disabled={index === 0}
            onClick={() => setSteps((all) => moved(all, uid, -1))}
          >
            <ArrowUp aria-hidden />
          </Button>
          <Button
            size="icon-sm"
            aria-label="Move this step down"
            disabled={index === steps.length - 1}
            onClick={() => setSteps((all) => moved(all, uid, 1))}
          >
            <ArrowDown aria-hidden />
          </Button>
          <Button size="icon-sm" aria-label="Remove this step" onClick={remove}>
            <Trash2 aria-hidden />
          </Button>
        </span>
      }
    >
      <div className="flex flex-col gap-5">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="Key"
            error={at('key')}
            hint={
              isMade
                ? 'Its name for good: which steps a lead had is told by it.'
                : 'Letters, digits, _ and -. Ways and figures name the step by it.'
            }
          >
            <Input
              value={step.key}
              disabled={isMade}
              maxLength={64}
              onChange={({ target: { value } }) => {
                setSteps((all) => withKey(all, uid, value));
                onKey(value);
              }}
            />
          </Field>
          <WaitField
            label={index === 0 ? 'Wait after entering' : 'Wait after the step before'}
            wait={step.wait}
            error={at('wait') ?? at('wait.value') ?? at('wait.unit')}
            onChange={(wait) => set({ wait })}
          />
        </div>
        {messageType === 'email' && (
          <Field label="Subject" error={at('subject')}>
            <Input
              value={step.subject ?? ''}
              onChange={(event) => set({ subject: event.target.value || null })}
            />
          </Field>
        )}
        <MessageField
          label="Message"
          value={step.message}
          most={messageType === 'sms' ? 1600 : 10_000}
          error={at('message')}
          onChange={(message) => set({ message })}
        />
        {messageType === 'imessage' && (
          <MessageField
            label="Text of the fallback SMS"
            value={step.smsMessage ?? ''}
            most={1600}
            error={at('smsMessage')}
            hint="Empty: the same text. Sent to who is not on iMessage, where fallback is configured."
            rows={2}
            onChange={(text) => set({ smsMessage: text || null })}
          />
        )}
        {may && <Preview step={step} messageType={messageType} />}
        <Attachments
          step={step}
          errorAt={(n) => at(`attachmentUrls[${n}]`)}
          error={at('attachmentUrls')}
          onChange={set}
        />
        {index > 0 && (
          <>
            <Switch
              label="Only for leads who have not replied"
              checked={step.onlyNonResponders}
              onCheckedChange={(onlyNonResponders) => set({ onlyNonResponders })}
            />
            <StopConditions step={step} where={where} problems={problems} onChange={set} />
          </>
        )}
        <Branches step={step} index={index} steps={steps} problems={problems} onChange={set} />
      </div>
    </Card>
  );
}
