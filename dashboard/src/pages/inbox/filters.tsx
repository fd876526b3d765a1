/** Which threads are listed. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Checkbox, Field, Input, Select } from '../../ui/field.tsx';
import { linesQuery } from './data.ts';
import { useInboxSearch, useSetInboxSearch } from './search.ts';

const PAUSE_MS = 250;
export const MIN_SEARCH = 3;

export function Filters({ unreadTotal }: { unreadTotal: number }) {
  const { unread, line, q } = useInboxSearch();
  const set = useSetInboxSearch();
  const { data } = useQuery(linesQuery);
  const [text, setText] = useState(q ?? '');
  useEffect(() => setText((before) => (before.trim() === (q ?? '') ? before : (q ?? ''))), [q]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === (q ?? '')) return;
    const timer = setTimeout(() => set({ q: wanted === '' ? undefined : wanted }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, q, set]);
  const isShort = text.trim() !== '' && text.trim().length < MIN_SEARCH;
  return (
    <search className="flex flex-col gap-2 border-b p-3">
      <Field
        label="Search name, address or what they wrote"
        hideLabel
        hint={isShort ? `${MIN_SEARCH} characters at least` : undefined}
      >
        <Input
          type="search"
          value={text}
          placeholder="Name, address or what they wrote"
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Checkbox
          label={`Unread${unreadTotal > 0 ? ` (${unreadTotal >= 1000 ? '1,000 or more' : unreadTotal})` : ''}`}
          checked={unread === true}
          onCheckedChange={(checked) => set({ unread: checked === true ? true : undefined })}
        />
        <Field label="Line" hideLabel>
          <Select
            value={line ?? ''}
            className="w-44"
            onChange={(event) => set({ line: event.target.value || undefined })}
          >
            <option value="">All lines</option>
            {data?.lines.map(({ _id, phone, email }) => (
              <option key={_id} value={_id}>
                {phone ?? email ?? _id}
              </option>
            ))}
          </Select>
        </Field>
      </div>
    </search>
  );
}
