/** Caps and gaps, and what other ones would do to the queue before they are saved. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Line, UpdateLineBody } from '@trunkline/sdk';
import { type FormEvent, useDeferredValue, useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { formatNumber } from '../../lib/format.ts';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { useToast } from '../../ui/toast.tsx';
import { changeOf } from './compare.ts';
import { forecastQuery, renewLines } from './queries.ts';

interface Pacing {
  dailyNewConversationsLimit: string;
  dailyTotalMessagesLimit: string;
  hourlyNewConversationsLimit: string;
  deviceGap: string;
  contactGap: string;
  capTimezone: string;
}

const CAPS = [
  ['dailyNewConversationsLimit', 'New conversations a day'],
  ['dailyTotalMessagesLimit', 'Messages a day'],
  ['hourlyNewConversationsLimit', 'New conversations an hour'],
] as const;

export function LinePacing({ line }: { line: Line }) {
  const { may, why } = useMay('admin');
  const [stored] = useState(() => pacingOf(line));
  const [pacing, setPacing] = useState(stored);
  const save = useSave(line);
  const changes = changesOf(stored, pacing);
  const isChanged = Object.keys(changes).length > 0;
  const set = (name: keyof Pacing) => (value: string) =>
    setPacing((before) => ({ ...before, [name]: value }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isChanged) save.mutate(changes);
  };
  return (
    <Card title="Caps and gaps">
      <form onSubmit={submit} aria-label="Caps and gaps" className="flex flex-col gap-4">
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          {CAPS.map(([name, label]) => (
            <NumberInput
              key={name}
              label={label}
              value={pacing[name]}
              disabled={!may}
              placeholder="no cap"
              onChange={set(name)}
            />
          ))}
        </div>
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          <NumberInput
            label="Seconds between messages"
            hint="Lines on one device share it."
            value={pacing.deviceGap}
            disabled={!may}
            required
            step="any"
            onChange={set('deviceGap')}
          />
          <NumberInput
            label="Seconds between new contacts"
            value={pacing.contactGap}
            disabled={!may}
            required
            step="any"
            onChange={set('contactGap')}
          />
          <Field label="Zone of its days" hint="Caps begin anew at midnight there.">
            <Input
              value={pacing.capTimezone}
              disabled={!may}
              required
              spellCheck={false}
              onChange={({ target }) => set('capTimezone')(target.value)}
            />
          </Field>
        </div>
        <p className="text-xs text-muted-foreground">
          An empty cap is no cap; 0 holds everything until it is raised. Apple and carriers publish no
          figures: raise them slowly, and watch the score.
        </p>
        <Effect line={line} pacing={pacing} stored={stored} />
        {save.isError && (
          <p role="alert" className="font-medium text-danger">
            {sentenceOf(save.error)}
          </p>
        )}
        <div className="flex flex-wrap gap-2">
          <Button
            type="submit"
            variant="primary"
            disabled={!may || !isChanged}
            title={why}
            busy={save.isPending}
          >
            Save
          </Button>
          <Button disabled={!isChanged} onClick={() => setPacing(stored)}>
            Undo
          </Button>
        </div>
      </form>
    </Card>
  );
}

function useSave(line: Line) {
  const queries = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (body: UpdateLineBody) => api.updateLine({ id: line._id, body }),
    async onSuccess() {
      toast.done('Saved. It holds from now on.');
      await renewLines(queries);
    },
  });
}

/** Gaps are not foreseen by the forecast's question; daily caps are. */
function Effect({ line, pacing, stored }: { line: Line; pacing: Pacing; stored: Pacing }) {
  const { dailyNewConversationsLimit: cap, dailyTotalMessagesLimit: totalCap } = useDeferredValue(pacing);
  const isOther = cap !== stored.dailyNewConversationsLimit || totalCap !== stored.dailyTotalMessagesLimit;
  const asked = {
    ...(isWhole(cap) && cap !== stored.dailyNewConversationsLimit ? { cap: Number(cap) } : {}),
    ...(isWhole(totalCap) && totalCap !== stored.dailyTotalMessagesLimit
      ? { totalCap: Number(totalCap) }
      : {}),
  };
  const { data } = useQuery({ ...forecastQuery(line._id, asked), enabled: isOther });
  if (!isOther) return null;
  if (data === undefined) return <p role="status">Looking at what that would change…</p>;
  const waiting = data.waiting + data.toCome;
  return (
    <p role="status">
      {waiting === 0
        ? 'Nothing waits on the line, so nothing of its queue would change.'
        : data.whatIf === null
          ? `${formatNumber(waiting)} messages are to go; without a cap its gaps alone decide when.`
          : changeOf(data.now, data.whatIf)}
    </p>
  );
}

interface NumberInputProps {
  label: string;
  hint?: string;
  value: string;
  disabled: boolean;
  required?: boolean;
  placeholder?: string;
  step?: string;
  onChange(value: string): void;
}

function NumberInput({ label, hint, onChange, ...props }: NumberInputProps) {
  return (
    <Field label={label} hint={hint}>
      <Input
        type="number"
        min={0}
        inputMode="numeric"
        {...props}
        onChange={({ target }) => onChange(target.value)}
      />
    </Field>
  );
}

const isWhole = (text: string) => /^\d{1,7}$/.test(text) && Number(text) <= 1_000_000;
const textOf = (cap: number | null) => (cap === null ? '' : String(cap));

/** Another one: what is typed was typed over what no longer holds. */
export function pacingKey(line: Line): string {
  return JSON.stringify(pacingOf(line));
}

function pacingOf(line: Line): Pacing {
  return {
    dailyNewConversationsLimit: textOf(line.dailyNewConversationsLimit),
    dailyTotalMessagesLimit: textOf(line.dailyTotalMessagesLimit),
    hourlyNewConversationsLimit: textOf(line.hourlyNewConversationsLimit),
    deviceGap: String(line.deviceGapMs / 1000),
    contactGap: String(line.contactGapMs / 1000),
    capTimezone: line.capTimezone,
  };
}

/** Only what differs: a cap that somebody else changed meanwhile stays as it is. */
function changesOf(stored: Pacing, pacing: Pacing): UpdateLineBody {
  const changed = (name: keyof Pacing) => pacing[name].trim() !== stored[name];
  const milliseconds = (seconds: string) => Math.round(Number(seconds) * 1000);
  return {
    ...Object.fromEntries(
      CAPS.filter(([name]) => changed(name)).map(([name]) => [
        name,
        pacing[name].trim() === '' ? null : Number(pacing[name]),
      ]),
    ),
    ...(changed('deviceGap') ? { deviceGapMs: milliseconds(pacing.deviceGap) } : {}),
    ...(changed('contactGap') ? { contactGapMs: milliseconds(pacing.contactGap) } : {}),
    ...(changed('capTimezone') ? { capTimezone: pacing.capTimezone.trim() } : {}),
  };
}
