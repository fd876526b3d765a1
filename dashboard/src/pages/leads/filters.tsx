/** What narrows the table of leads. Each filter stands in the address of the page. */

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { List } from '@trunkline/sdk';
import { Columns3, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatNumber } from '../../lib/format.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Input, Select } from '../../ui/field.tsx';
import { Menu, MenuCheck, MenuLabel } from '../../ui/menu.tsx';
import { CHOOSABLE } from './columns.tsx';
import { tagsQuery } from './queries.ts';
import type { LeadsFilters } from './search.ts';
import { AVAILABILITY } from './words.ts';

const PAUSE_MS = 250;

interface FiltersProps {
  filters: LeadsFilters;
  lists: readonly List[];
  chosen: ReadonlySet<string>;
  choose(id: string, isOn: boolean): void;
}

export function Filters({ filters, lists, chosen, choose }: FiltersProps) {
  const navigate = useNavigate();
  const tags = useQuery(tagsQuery).data?.tags ?? [];
  const set = (change: LeadsFilters) =>
    navigate({
      to: '/leads',
      search: (search) => withoutEmpty({ ...search, ...change }),
      replace: true,
    });
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  // One that was chosen elsewhere may have no leads any more.
  const tagNames = [...new Set([...(filters.tag ? [filters.tag] : []), ...tags.map(({ tag }) => tag)])];
  const countOf = new Map(tags.map(({ tag, leadCount }) => [tag, leadCount]));

  return (
    <search className="grid grid-cols-2 items-end gap-3 sm:grid-cols-3 lg:flex lg:flex-wrap">
      <SearchField q={filters.q} onChange={(q) => set({ q })} />
      <Field label="List" className="lg:w-40">
        <Select value={filters.list ?? ''} onChange={({ target }) => set({ list: target.value })}>
          <option value="">All lists</option>
          {lists.map(({ _id, name, leadCount }) => (
            <option key={_id} value={_id}>
              {`${name} (${formatNumber(leadCount)})`}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="Tag" className="lg:w-36">
        <Select value={filters.tag ?? ''} onChange={({ target }) => set({ tag: target.value })}>
          <option value="">Any tag</option>
          {tagNames.map((tag) => (
            <option key={tag} value={tag}>
              {countOf.has(tag) ? `${tag} (${formatNumber(countOf.get(tag) ?? 0)})` : tag}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="iMessage" className="lg:w-32">
        <Select
          value={filters.availability ?? ''}
          onChange={({ target }) =>
            set({ availability: target.value as NonNullable<LeadsFilters['availability']> })
          }
        >
          <option value="">Any</option>
          {Object.entries(AVAILABILITY).map(([word, { title }]) => (
            <option key={word} value={word}>
              {title}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="Opt-out" className="lg:w-36">
        <Select
          value={filters.out ?? ''}
          onChange={({ target }) => set({ out: target.value as NonNullable<LeadsFilters['out']> })}
        >
          <option value="">Any</option>
          <option value="no">may be contacted</option>
          <option value="yes">opted out</option>
        </Select>
      </Field>
      <div className="flex gap-2">
        <Menu
          trigger={
            <Button>
              <Columns3 aria-hidden /> Columns
            </Button>
          }
        >
          <MenuLabel>Columns</MenuLabel>
          {CHOOSABLE.map(({ id, title }) => (
            <MenuCheck
              key={id}
              checked={chosen.has(id)}
              onCheckedChange={(isOn) => choose(id, isOn === true)}
            >
              {title}
            </MenuCheck>
          ))}
        </Menu>
        {isFiltered && (
          <Button
            variant="ghost"
            onClick={() => navigate({ to: '/leads', search: ({ lead }) => (lead ? { lead } : {}) })}
          >
            <X aria-hidden /> Clear
          </Button>
        )}
      </div>
    </search>
  );
}

function SearchField({ q, onChange }: { q: string | undefined; onChange(q: string): void }) {
  const [text, setText] = useState(q ?? '');
  const [known, setKnown] = useState(q ?? '');
  // The address changed by itself: a link, the way back, "Clear".
  if ((q ?? '') !== known) {
    setKnown(q ?? '');
    setText(q ?? '');
  }
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === known) return;
    const timer = setTimeout(() => {
      setKnown(wanted);
      onChange(wanted);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, known, onChange]);
  return (
    <Field label="Search" className="col-span-2 sm:col-span-3 lg:w-56">
      <Input
        type="search"
        placeholder="Name, phone, email…"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
    </Field>
  );
}

function withoutEmpty<Search extends object>(search: Search): Search {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== '' && value !== undefined),
  ) as Search;
}
