/** The columns of the table of leads, and which of them somebody wants to see. */
import { Link } from '@tanstack/react-router';
import type { Lead, List } from '@trunkline/sdk';
import { createContext, type ReactNode, use, useState } from 'react';
import { Badge } from '../../ui/badge.tsx';
import { type Column, columnsOf } from '../../ui/data-table.tsx';
import { CheckboxBox } from '../../ui/field.tsx';
import { Time } from '../../ui/time.tsx';
import { AVAILABILITY, fieldLabel, nameOf } from './words.ts';

export interface Selection {
  ids: ReadonlySet<string>;
  all: 'none' | 'some' | 'all';
  toggle(id: string, isOn: boolean): void;
  toggleAll(isOn: boolean): void;
  lists: ReadonlyMap<string, List>;
}
/** Beside the columns, which must stay the same for the table to stay as it is. */
export const SelectionContext = createContext<Selection | null>(null);

function useSelection(): Selection {
  const selection = use(SelectionContext);
  if (selection === null) throw new Error('a column of leads outside of their table');
  return selection;
}

const { display } = columnsOf<Lead>();

interface LeadColumn {
  id: string;
  title: string;
  width: string;
  /** Shown until somebody chooses otherwise. */
  byDefault: boolean;
  column: Column<Lead>;
}

const text = (name: keyof Lead, width: string, byDefault: boolean, title = fieldLabel(name)): LeadColumn =>
  shown(name, title, width, byDefault, (lead) => (lead[name] as string | null) ?? <None />);

function shown(
  id: string,
  title: string,
  width: string,
  byDefault: boolean,
  cell: (lead: Lead) => ReactNode,
): LeadColumn {
  const column = display({ id, header: title, cell: ({ row }) => cell(row.original) }) as Column<Lead>;
  return { id, title, width, byDefault, column };
}

const FIRST: readonly Omit<LeadColumn, 'title' | 'byDefault'>[] = [
  {
    id: 'select',
    width: '1.5rem',
    column: display({
      id: 'select',
      header: () => <SelectAll />,
      cell: ({ row }) => <SelectOne lead={row.original} />,
    }) as Column<Lead>,
  },
  {
    id: 'name',
    width: 'minmax(8.5rem, 1fr)',
    column: display({
      id: 'name',
      header: 'Name',
      cell: ({ row }) => <Name lead={row.original} />,
    }) as Column<Lead>,
  },
];

export const CHOOSABLE: readonly LeadColumn[] = [
  text('phone', 'minmax(8.5rem, 1fr)', true),
  text('email', 'minmax(8.5rem, 1fr)', true),
  text('companyName', 'minmax(8rem, 1fr)', false, 'Company'),
  text('jobTitle', 'minmax(8rem, 1fr)', false),
  shown('list', 'List', 'minmax(6.5rem, 0.8fr)', true, (lead) => <ListName id={lead.listId} />),
  shown('tags', 'Tags', 'minmax(8rem, 1fr)', true, (lead) => <Tags tags={lead.tags} />),
  shown('availability', 'iMessage', '6.5rem', true, (lead) => <Availability lead={lead} />),
  shown('optedOut', 'Opt-out', '5.5rem', true, (lead) =>
    lead.optedOutAt === null ? <None /> : <Badge tone="danger">opted out</Badge>,
  ),
  text('source', '6rem', false),
  text('contactOwnerEmail', 'minmax(9rem, 1fr)', false, 'Owner'),
  text('externalId', '8rem', false),
  shown('createdAt', 'Added', '7rem', false, (lead) => <Time at={lead.createdAt} relative />),
  shown('updatedAt', 'Changed', '7rem', false, (lead) => <Time at={lead.updatedAt} relative />),
];

const KEY = 'leads-columns';

export function useColumns(): {
  columns: readonly Column<Lead>[];
  widths: readonly string[];
  chosen: ReadonlySet<string>;
  choose(id: string, isOn: boolean): void;
} {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(readChosen);
  const visible = [...FIRST, ...CHOOSABLE.filter(({ id }) => chosen.has(id))];
  return {
    columns: visible.map(({ column }) => column),
    widths: visible.map(({ width }) => width),
    chosen,
    choose(id, isOn) {
      const next = new Set(chosen);
      if (isOn) next.add(id);
      else next.delete(id);
      localStorage.setItem(KEY, JSON.stringify([...next]));
      setChosen(next);
    },
  };
}

function readChosen(): ReadonlySet<string> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '');
    if (Array.isArray(stored)) return new Set(stored);
  } catch {
    // Nobody has chosen yet.
  }
  return new Set(CHOOSABLE.filter(({ byDefault }) => byDefault).map(({ id }) => id));
}

function SelectAll() {
  const { all, toggleAll } = useSelection();
  return (
    <CheckboxBox
      aria-label="Select all that are loaded"
      className="-m-1"
      checked={all === 'some' ? 'indeterminate' : all === 'all'}
      onCheckedChange={(isOn) => toggleAll(isOn === true)}
    />
  );
}

function SelectOne({ lead }: { lead: Lead }) {
  const { ids, toggle } = useSelection();
  return (
    <CheckboxBox
      aria-label={`Select ${nameOf(lead)}`}
      className="-m-1"
      checked={ids.has(lead._id)}
      // A click here is no wish to open the row.
      onClick={(event) => event.stopPropagation()}
      onCheckedChange={(isOn) => toggle(lead._id, isOn === true)}
    />
  );
}

function Name({ lead }: { lead: Lead }) {
  return (
    <Link
      to="/leads"
      search={(search: object) => ({ ...search, lead: lead._id })}
      className="font-medium hover:underline"
    >
      {nameOf(lead)}
    </Link>
  );
}

function ListName({ id }: { id: string }) {
  const { lists } = useSelection();
  return lists.get(id)?.name ?? <None />;
}

function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return <None />;
  return (
    <span className="flex gap-1 overflow-hidden">
      {tags.map((tag) => (
        <Badge key={tag}>{tag}</Badge>
      ))}
    </span>
  );
}

function Availability({ lead }: { lead: Lead }) {
  const { title = '', tone = 'neutral' } = AVAILABILITY[lead.availabilityStatus ?? 'unknown'] ?? {};
  return lead.availabilityStatus === null ? <None /> : <Badge tone={tone}>{title}</Badge>;
}

function None() {
  return <span className="text-muted-foreground">–</span>;
}
