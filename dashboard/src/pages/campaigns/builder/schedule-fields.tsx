/** Days and hours in which steps leave, by one zone or by each lead's own. */
import { useId } from 'react';
import { useMe } from '../../../session.ts';
import { Checkbox, Field, Input, Select, Switch } from '../../../ui/field.tsx';
import type { Schedule } from './draft.ts';

const DAYS = [1, 2, 3, 4, 5, 6, 0] as const;
const LEADS_OWN = 'lead';
// 2023-01-01 was a Sunday.
const dayName = (day: number) =>
  new Intl.DateTimeFormat(undefined, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2023, 0, 1 + day));

interface ScheduleFieldsProps {
  schedule: Schedule | null;
  at(part: string): string | undefined;
  onChange(schedule: Schedule | null): void;
}

export function ScheduleFields({ schedule, at, onChange }: ScheduleFieldsProps) {
  const { workspace } = useMe();
  const usual: Schedule = {
    timezone: workspace.timezone,
    fallbackTimezone: null,
    sendWindowStart: '09:00',
    sendWindowEnd: '17:00',
    allowedDaysOfWeek: [1, 2, 3, 4, 5],
  };
  return (
    <section aria-label="Schedule" className="flex flex-col gap-3">
      <h3 className="font-medium">Schedule</h3>
      <Switch
        label="Only on certain days, in certain hours"
        checked={schedule !== null}
        onCheckedChange={(isOn) => onChange(isOn ? usual : null)}
      />
      {schedule !== null && (
        <Window schedule={schedule} at={at} onChange={onChange} zone={workspace.timezone} />
      )}
    </section>
  );
}

interface WindowProps {
  schedule: Schedule;
  at(part: string): string | undefined;
  onChange(schedule: Schedule): void;
  zone: string;
}

function Window({ schedule, at, onChange, zone }: WindowProps) {
  const set = (changes: Partial<Schedule>) => onChange({ ...schedule, ...changes });
  const isLeads = schedule.timezone === LEADS_OWN;
  const days = schedule.allowedDaysOfWeek ?? [...DAYS];
  const toggle = (day: number, isOn: boolean) => {
    const next = DAYS.filter((each) => (each === day ? isOn : days.includes(each))).toSorted((a, b) => a - b);
    set({ allowedDaysOfWeek: next.length === DAYS.length ? null : next });
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="From" error={at('sendWindowStart')}>
          <Input
            type="time"
            value={schedule.sendWindowStart ?? ''}
            onChange={({ target }) => set({ sendWindowStart: target.value || null })}
          />
        </Field>
        <Field label="Until" error={at('sendWindowEnd')}>
          <Input
            type="time"
            value={schedule.sendWindowEnd ?? ''}
            onChange={({ target }) => set({ sendWindowEnd: target.value || null })}
          />
        </Field>
        <Field label="By the clock of">
          <Select
            value={isLeads ? LEADS_OWN : 'zone'}
            onChange={({ target }) =>
              set({ timezone: target.value === LEADS_OWN ? LEADS_OWN : zone, fallbackTimezone: null })
            }
          >
            <option value="zone">one zone</option>
            <option value={LEADS_OWN}>each lead (customFields.timezone)</option>
          </Select>
        </Field>
        {isLeads ? (
          <ZoneField
            label="Zone of leads that name none"
            value={schedule.fallbackTimezone ?? ''}
            hint={`Empty: the workspace’s, ${zone}.`}
            error={at('fallbackTimezone') ?? at('timezone')}
            onChange={(fallbackTimezone) => set({ fallbackTimezone: fallbackTimezone || null })}
          />
        ) : (
          <ZoneField
            label="Zone"
            value={schedule.timezone}
            error={at('timezone')}
            onChange={(timezone) => set({ timezone })}
          />
        )}
      </div>
      <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
        <legend className="mb-1 font-medium">Days</legend>
        {DAYS.map((day) => (
          <Checkbox
            key={day}
            label={dayName(day)}
            checked={days.includes(day)}
            onCheckedChange={(isOn) => toggle(day, isOn === true)}
          />
        ))}
      </fieldset>
      {at('allowedDaysOfWeek') && (
        <p role="alert" className="text-xs font-medium text-danger">
          {at('allowedDaysOfWeek')}
        </p>
      )}
    </div>
  );
}

interface ZoneFieldProps {
  label: string;
  value: string;
  hint?: string;
  error: string | undefined;
  onChange(zone: string): void;
}

const ZONES: readonly string[] = Intl.supportedValuesOf('timeZone');

function ZoneField({ label, value, hint, error, onChange }: ZoneFieldProps) {
  const id = useId();
  return (
    <Field label={label} hint={hint} error={error}>
      <Input list={id} value={value} onChange={({ target }) => onChange(target.value)} />
      <datalist id={id}>
        {ZONES.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </Field>
  );
}
