/** What a simulation takes for granted, and what if there were more lines, or other caps. */
import type { Campaign, SimulateBody } from '@trunkline/sdk';
import { type FormEvent, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Field, Input, Switch } from '../../../ui/field.tsx';
import { bodyOf, type Wishes } from './wishes.ts';

interface AssumptionsProps {
  campaign: Campaign;
  disabledBecause: string | undefined;
  isBusy: boolean;
  onStart(body: SimulateBody): void;
}

const NONE: Wishes = {
  startAt: '',
  replyPercent: '0',
  http: false,
  addLines: '0',
  dailyNew: '',
  dailyTotal: '',
  hourlyNew: '',
};

export function Assumptions({ campaign, disabledBecause, isBusy, onStart }: AssumptionsProps) {
  const [wishes, setWishes] = useState(NONE);
  const set = (changes: Partial<Wishes>) => setWishes((before) => ({ ...before, ...changes }));
  const hasHttp = campaign.steps.some(({ stopConditions, branches }) =>
    [...stopConditions, ...branches.map(({ condition }) => condition)].some(({ type }) => type === 'http'),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onStart(bodyOf(wishes));
  };
  return (
    <Card title="Assumptions">
      <form className="flex flex-col gap-3" onSubmit={submit}>
        {campaign.status !== 'active' && (
          <Field label={campaign.status === 'draft' ? 'Launched at' : 'Resumed at'} hint="Empty: now.">
            <Input
              type="datetime-local"
              value={wishes.startAt}
              onChange={({ target }) => set({ startAt: target.value })}
            />
          </Field>
        )}
        <Field label="Share of messages that are answered, in %">
          <Input
            type="number"
            min={0}
            max={100}
            step="any"
            value={wishes.replyPercent}
            onChange={({ target }) => set({ replyPercent: target.value })}
          />
        </Field>
        {hasHttp && (
          <Switch
            label="HTTP conditions hold"
            checked={wishes.http}
            onCheckedChange={(http) => set({ http })}
          />
        )}
        <Field label="More lines like its first">
          <Input
            type="number"
            min={0}
            max={100}
            value={wishes.addLines}
            onChange={({ target }) => set({ addLines: target.value })}
          />
        </Field>
        <fieldset className="flex flex-col gap-3">
          <legend className="mb-1 font-medium">If its lines had these caps</legend>
          <p className="text-xs text-muted-foreground">Empty: as each line has it.</p>
          <CapField
            label="New conversations a day"
            value={wishes.dailyNew}
            onChange={(dailyNew) => set({ dailyNew })}
          />
          <CapField
            label="Messages a day"
            value={wishes.dailyTotal}
            onChange={(dailyTotal) => set({ dailyTotal })}
          />
          <CapField
            label="New conversations an hour"
            value={wishes.hourlyNew}
            onChange={(hourlyNew) => set({ hourlyNew })}
          />
        </fieldset>
        <Button
          type="submit"
          variant="primary"
          busy={isBusy}
          disabled={disabledBecause !== undefined}
          title={disabledBecause}
        >
          Simulate
        </Button>
        {disabledBecause && <p className="text-xs text-muted-foreground">{disabledBecause}</p>}
      </form>
    </Card>
  );
}

function CapField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange(value: string): void;
}) {
  return (
    <Field label={label}>
      <Input type="number" min={0} step={1} value={value} onChange={({ target }) => onChange(target.value)} />
    </Field>
  );
}
