/** What each column of the file is: guessed by its heading, and chosen by whoever knows better. */
import type { List } from '@trunkline/sdk';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { sentenceOf } from '../../../api.ts';
import { plural } from '../../../lib/format.ts';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Field, Input, Select } from '../../../ui/field.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { ListChoice, type ListTarget } from '../list-choice.tsx';
import { ADDED_HEADINGS } from './bad-rows.ts';
import { ColumnsTable } from './columns-table.tsx';
import { type Check, checkFile, type ImportOptions } from './import-file.ts';
import type { Plan, Preview } from './steps.ts';

interface MapColumnsProps {
  preview: Preview;
  /** What was chosen before, when somebody came back. */
  plan: Plan | undefined;
  lists: readonly List[];
  listId: string | undefined;
  onBack(): void;
  onChecked(plan: Plan, check: Check): void;
}

export function MapColumns({ preview, plan, lists, listId, onBack, onChecked }: MapColumnsProps) {
  const { read, file, answer } = preview;
  const [options, setOptions] = useState<ImportOptions>(
    () =>
      plan?.options ?? {
        mapping: guessOf(preview),
        defaultCountryCode: '+1',
        source: 'csv_import',
        onDuplicate: 'keep',
      },
  );
  const [target, setTarget] = useState<ListTarget>(
    () => plan?.target ?? { listId: listId ?? '', name: read.name.replace(/\.\w+$/, '') },
  );
  const [progress, setProgress] = useState<number | null>(null);
  const [error, setError] = useState<string | null>(null);
  const stop = useStop();
  const fault = faultOf(options, target);
  const check = async (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    setProgress(0);
    try {
      const known = target.listId || undefined;
      const checked = await checkFile(file, options, known, setProgress, stop());
      onChecked({ options, target }, checked);
    } catch (refusal) {
      setError(sentenceOf(refusal));
      setProgress(null);
    }
  };
  return (
    <form onSubmit={check} className="flex flex-col gap-4">
      <p>
        {`${read.name}: ${plural(file.rows, 'row')}, ${read.encoding}, parted by ${delimiterWords(answer.delimiter)}.`}
      </p>
      <ColumnsTable
        answer={answer}
        mapping={options.mapping}
        onChange={(mapping) => setOptions({ ...options, mapping })}
      />
      <Card title="For all rows">
        <div className="grid gap-3 sm:grid-cols-2">
          <ListChoice label="Target list" lists={lists} value={target} onChange={setTarget} />
          <Field label="Country code" hint="Of numbers with ten digits and no “+”.">
            <Input
              value={options.defaultCountryCode}
              onChange={({ target: field }) => setOptions({ ...options, defaultCountryCode: field.value })}
            />
          </Field>
          <Field label="Source" hint="A word that says where they come from.">
            <Input
              maxLength={64}
              value={options.source}
              onChange={({ target: field }) => setOptions({ ...options, source: field.value })}
            />
          </Field>
          <Field label="Who is in the list already">
            <Select
              value={options.onDuplicate}
              onChange={({ target: field }) =>
                setOptions({ ...options, onDuplicate: field.value as ImportOptions['onDuplicate'] })
              }
            >
              <option value="keep">stays as it is</option>
              <option value="update">gets what the file says; addresses stay</option>
            </Select>
          </Field>
        </div>
      </Card>
      <div aria-live="polite">
        {progress !== null && (
          <Progress label="Checking the file" value={progress / Math.max(1, file.pieces.length)} />
        )}
        {error && (
          <p role="alert" className="font-medium text-danger">
            {error}
          </p>
        )}
        {fault && <p className="text-muted-foreground">{fault}</p>}
      </div>
      <div className="flex justify-end gap-2">
        <Button onClick={onBack}>Another file</Button>
        <Button type="submit" variant="primary" busy={progress !== null} disabled={fault !== null}>
          Check the file
        </Button>
      </div>
    </form>
  );
}

/** A signal that ends the calls when the step is left. */
export function useStop(): () => AbortSignal {
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), []);
  return () => {
    controller.current = new AbortController();
    return controller.current.signal;
  };
}

/** The server's guess; of a file of bad rows, what was put before them is left out. */
function guessOf({ answer: { headers, mapping } }: Preview): ImportOptions['mapping'] {
  const isOurs = ADDED_HEADINGS.every((heading, index) => headers[index] === heading);
  if (!isOurs) return mapping;
  return { ...mapping, ...Object.fromEntries(ADDED_HEADINGS.map((heading) => [heading, null])) };
}

/** What is missing before it can go on. */
function faultOf({ mapping }: ImportOptions, { listId, name }: ListTarget): string | null {
  const fields = Object.values(mapping).filter((field) => field !== null);
  const twice = fields.find((field, index) => fields.indexOf(field) !== index);
  if (twice !== undefined) return `Two columns are ${twice}: each field has one column.`;
  if (!fields.some((field) => /^(alt)?(phone|email)/i.test(field)))
    return 'One column must be a phone or an email.';
  if (listId === '' && name.trim() === '') return 'The new list needs a name.';
  return null;
}

function delimiterWords(delimiter: string): string {
  const words: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' };
  return words[delimiter] ?? delimiter;
}
