/** A date and a time of day, in a zone of one's choice. */
import { useState } from 'react';
import { formatInstant, formatInZone } from '../../lib/format.ts';
import { instantOf, ownZone, wallOf } from '../../lib/zoned-time.ts';
import { Field, Input, Select } from '../../ui/field.tsx';

interface WhenPickerProps {
  /** ISO 8601; null: nothing sensible is filled in. */
  at: string | null;
  onChange(at: string | null): void;
  /** Offered beside the viewer's own and UTC. */
  zones: readonly (string | null | undefined)[];
}

export function WhenPicker({ at, onChange, zones }: WhenPickerProps) {
  const own = ownZone();
  const choices = [...new Set([...zones.filter((zone) => zone != null), own, 'UTC'])];
  const [zone, setZone] = useState(choices[0] ?? own);
  const [wall, setWall] = useState(at === null ? '' : wallOf(at, zone));
  const change = (nextWall: string, nextZone: string) => {
    setWall(nextWall);
    setZone(nextZone);
    onChange(instantOf(nextWall, nextZone));
  };
  const elsewhere = choices.filter((each) => each !== zone && each !== 'UTC');
  return (
    <div className="flex flex-col gap-2">
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Date and time">
          <Input
            type="datetime-local"
            value={wall}
            onChange={(event) => change(event.target.value, zone)}
            required
          />
        </Field>
        <Field label="Time zone">
          <Select value={zone} onChange={(event) => change(wall, event.target.value)}>
            {choices.map((each) => (
              <option key={each} value={each}>
                {each === own ? `${each} (yours)` : each}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      {/* The same height whether there is anything to say or not. */}
      <p role="status" className="min-h-5 text-xs text-muted-foreground">
        {at !== null &&
          elsewhere
            .map((each) => `${each === own ? formatInstant(at) : formatInZone(at, each)} in ${each}`)
            .join(' · ')}
      </p>
    </div>
  );
}
