/** A condition that a server answers: what it is asked, and what of its answer counts. Headers are never shown again. */
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Field, Input, Select, Textarea } from '../../../ui/field.tsx';
import { Comparison } from './condition-editor.tsx';
import type { ConditionDraft } from './draft.ts';

type Http = Extract<ConditionDraft, { type: 'http' }>;

interface HttpFieldsProps {
  condition: Http;
  at(part: string): string | undefined;
  onChange(condition: Http): void;
}

export function HttpFields({ condition, at, onChange }: HttpFieldsProps) {
  const set = (changes: Partial<Http>) => onChange({ ...condition, ...changes });
  return (
    <div className="grid gap-3 sm:col-span-2 sm:grid-cols-2">
      <Field
        label="Address"
        className="sm:col-span-2"
        error={at('url')}
        hint="A public http or https address; {phone}, {leadId} and the like are filled in."
      >
        <Input type="url" value={condition.url} onChange={({ target }) => set({ url: target.value })} />
      </Field>
      <Field label="Method" error={at('method')}>
        <Select
          value={condition.method}
          onChange={({ target }) =>
            target.value === 'POST' ? set({ method: 'POST' }) : set({ method: 'GET', body: null })
          }
        >
          <option>GET</option>
          <option>POST</option>
        </Select>
      </Field>
      <Field label="Where in the answer" error={at('path')} hint="Like items[0].stage; empty: all of it.">
        <Input value={condition.path} onChange={({ target }) => set({ path: target.value })} />
      </Field>
      {condition.method === 'POST' && (
        <Field label="Body" className="sm:col-span-2" error={at('body')}>
          <Textarea
            rows={3}
            value={condition.body ?? ''}
            onChange={({ target }) => set({ body: target.value || null })}
          />
        </Field>
      )}
      <div className="sm:col-span-2">
        <Comparison condition={condition} at={at} onChange={set} />
      </div>
      <Headers condition={condition} error={at('headers')} onChange={(headers) => set({ headers })} />
    </div>
  );
}

interface HeadersProps {
  condition: Http;
  error: string | undefined;
  onChange(headers: Record<string, string> | null): void;
}

function Headers({ condition: { headers, headersSet }, error, onChange }: HeadersProps) {
  const [text, setText] = useState('');
  if (headers === null)
    return (
      <div className="flex flex-wrap items-center gap-2 sm:col-span-2">
        <span>
          {headersSet.length === 0
            ? 'No headers are sent.'
            : `Sent with the headers ${headersSet.join(', ')}.`}
        </span>
        <Button size="sm" onClick={() => onChange({})}>
          {headersSet.length === 0 ? 'Add headers' : 'Give other headers'}
        </Button>
        {error && <p className="text-xs font-medium text-danger">{error}</p>}
      </div>
    );
  return (
    <Field
      label="Headers"
      className="sm:col-span-2"
      error={error}
      hint="One a line, like authorization: Bearer …. They are kept encrypted and never shown again; empty: none are sent."
    >
      <Textarea
        rows={3}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          onChange(headersOf(target.value));
        }}
      />
    </Field>
  );
}

function headersOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const [name = '', ...rest] = line.split(':');
        return [name.trim(), rest.join(':').trim()];
      }),
  );
}
