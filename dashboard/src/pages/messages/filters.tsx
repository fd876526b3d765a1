import { useQuery } from '@tanstack/react-query';
import { Search, SlidersHorizontal, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api } from '../../api.ts';
import { plural } from '../../lib/format.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Field, Input, Select } from '../../ui/field.tsx';
import { Menu, MenuCheck } from '../../ui/menu.tsx';
import { isFiltered, type MessagesSearch, STATUSES, TYPE_NAMES, TYPES } from './search.ts';
import { lineName, useLines } from './use-lines.ts';

interface FiltersProps {
  search: MessagesSearch;
  onChange(changes: Partial<MessagesSearch>): void;
  onClear(): void;
}

const NARROW = 'w-[calc(50%-0.25rem)] sm:w-38';

export function Filters({ search, onChange, onClear }: FiltersProps) {
  const { lines } = useLines();
  const [isOpen, setOpen] = useState(false);
  const { data: campaigns } = useQuery({
    queryKey: ['campaigns', 'names'],
    queryFn: ({ signal }) => api.listCampaigns({ limit: 100 }, { signal }),
    staleTime: 60_000,
  });
  return (
    <search aria-label="Filter messages" className="flex flex-wrap items-end gap-2">
      <SearchField value={search.q ?? ''} onChange={(q) => onChange({ q: q || undefined })} />
      <Button
        className="sm:hidden"
        aria-expanded={isOpen}
        aria-controls="message-filters"
        onClick={() => setOpen(!isOpen)}
      >
        <SlidersHorizontal aria-hidden /> Filters
      </Button>
      {/* On phones only when asked for: the messages are what one came for. */}
      <div
        id="message-filters"
        className={cn('flex-wrap items-end gap-2 sm:contents', isOpen ? 'flex w-full' : 'hidden')}
      >
        <StatusFilter status={search.status} onChange={(status) => onChange({ status })} />
        <Field label="Line" className={NARROW}>
          <Select
            value={search.line ?? ''}
            onChange={(event) => onChange({ line: event.target.value || undefined })}
          >
            <option value="">All lines</option>
            {lines.map((line) => (
              <option key={line._id} value={line._id}>
                {lineName(line)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="Campaign" className={NARROW}>
          <Select
            value={search.campaign ?? ''}
            onChange={(event) => onChange({ campaign: event.target.value || undefined })}
          >
            <option value="">Any or none</option>
            {campaigns?.campaigns.map(({ _id, name }) => (
              <option key={_id} value={_id}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="Type" className={NARROW}>
          <Select
            value={search.type ?? ''}
            onChange={(event) => onChange({ type: TYPES.find((type) => type === event.target.value) })}
          >
            <option value="">All types</option>
            {TYPES.map((type) => (
              <option key={type} value={type}>
                {TYPE_NAMES[type]}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="Direction" className={NARROW}>
          <Select
            value={search.direction ?? ''}
            onChange={(event) =>
              onChange({ direction: (event.target.value || undefined) as MessagesSearch['direction'] })
            }
          >
            <option value="">Both ways</option>
            <option value="sent">Sent by us</option>
            <option value="received">Received</option>
          </Select>
        </Field>
        <Field label="From" className={NARROW}>
          <Input
            type="date"
            value={search.from ?? ''}
            max={search.to}
            onChange={(event) => onChange({ from: event.target.value || undefined })}
          />
        </Field>
        <Field label="To" className={NARROW}>
          <Input
            type="date"
            value={search.to ?? ''}
            min={search.from}
            onChange={(event) => onChange({ to: event.target.value || undefined })}
          />
        </Field>
      </div>
      {search.lead && <LeadChip leadId={search.lead} onRemove={() => onChange({ lead: undefined })} />}
      {search.batch && (
        <Button onClick={() => onChange({ batch: undefined })}>
          Batch {search.batch} <X aria-label="Remove this filter" />
        </Button>
      )}
      {isFiltered(search) && (
        <Button variant="ghost" onClick={onClear}>
          Clear filters
        </Button>
      )}
    </search>
  );
}

/** Asked for once the typing pauses. */
function SearchField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), 300);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <div className="relative min-w-0 flex-1 sm:w-64 sm:flex-none">
      <Field label="Search">
        <Input
          type="search"
          placeholder="Text, name, number…"
          maxLength={255}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="pl-9"
        />
      </Field>
      <Search className="absolute bottom-2.5 left-3 size-4 text-muted-foreground" aria-hidden />
    </div>
  );
}

function StatusFilter({
  status,
  onChange,
}: {
  status: string | undefined;
  onChange(status: string | undefined): void;
}) {
  const chosen = status?.split(',') ?? [];
  const toggle = (each: string, isOn: boolean) => {
    const next = STATUSES.filter((known) => (known === each ? isOn : chosen.includes(known)));
    onChange(next.join(',') || undefined);
  };
  const title =
    chosen.length === 0 ? 'All states' : chosen.length === 1 ? chosen[0] : plural(chosen.length, 'state');
  return (
    <div className="flex flex-col gap-1.5">
      <span className="font-medium" aria-hidden>
        Status
      </span>
      <Menu align="start" trigger={<Button aria-label={`Status: ${title}`}>{title}</Button>}>
        {STATUSES.map((each) => (
          <MenuCheck
            key={each}
            checked={chosen.includes(each)}
            onCheckedChange={(checked) => toggle(each, checked === true)}
          >
            {each}
          </MenuCheck>
        ))}
      </Menu>
    </div>
  );
}

function LeadChip({ leadId, onRemove }: { leadId: string; onRemove(): void }) {
  const { data } = useQuery({
    queryKey: ['leads', 'one', leadId],
    queryFn: ({ signal }) => api.getLead({ id: leadId }, { signal }),
    staleTime: 60_000,
  });
  const lead = data?.lead;
  const name = [lead?.firstName, lead?.lastName].filter(Boolean).join(' ') || lead?.phone || lead?.email;
  return (
    <Button onClick={onRemove}>
      Contact: {name ?? '…'} <X aria-label="Remove this filter" />
    </Button>
  );
}
