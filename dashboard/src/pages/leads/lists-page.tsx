import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { List } from '@trunkline/sdk';
import { Ellipsis, Pencil, Plus, Signal, Trash2, Upload } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api.ts';
import { formatNumber } from '../../lib/format.ts';
import { useMay } from '../../session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { Empty, ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { CheckDialog } from './bulk/check-dialog.tsx';
import { LeadsFrame } from './leads-frame.tsx';
import { ListDialog } from './list-form.tsx';
import { listsQuery, refreshLeads } from './queries.ts';

type Doing = { what: 'make' } | { what: 'change' | 'delete' | 'check'; list: List };

export function ListsPage() {
  const query = useQuery(listsQuery);
  const [doing, setDoing] = useState<Doing | null>(null);
  const { may, why } = useMay('send');
  const stop = () => setDoing(null);
  return (
    <LeadsFrame
      title="Lists"
      actions={
        <Button variant="primary" disabled={!may} title={why} onClick={() => setDoing({ what: 'make' })}>
          <Plus aria-hidden /> Make a list
        </Button>
      }
    >
      {query.isPending && <SkeletonRows rows={5} className="h-16" />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.isSuccess && query.data.length === 0 && (
        <Empty title="No lists yet">
          A list is made by hand, by an import, or when the first message is sent.
        </Empty>
      )}
      {query.isSuccess && query.data.length > 0 && (
        <ul className="flex flex-col divide-y rounded-xl border bg-card">
          {query.data.map((list) => (
            <ListRow key={list._id} list={list} may={may} onDo={(what) => setDoing({ what, list })} />
          ))}
        </ul>
      )}
      {doing?.what === 'make' && <ListDialog list={null} onClose={stop} />}
      {doing?.what === 'change' && <ListDialog list={doing.list} onClose={stop} />}
      {doing?.what === 'check' && (
        <CheckDialog
          of={{ listId: doing.list._id, leadCount: doing.list.leadCount }}
          open
          onOpenChange={stop}
        />
      )}
      {doing?.what === 'delete' && (
        <Confirm
          open
          onOpenChange={stop}
          title={`Delete ${doing.list.name}?`}
          action="Delete the list"
          destructive
          onConfirm={async () => {
            await api.deleteList({ id: doing.list._id });
            await refreshLeads();
          }}
        >
          Only a list without leads can be deleted.
        </Confirm>
      )}
    </LeadsFrame>
  );
}

function ListRow({
  list,
  may,
  onDo,
}: {
  list: List;
  may: boolean;
  onDo(what: 'change' | 'delete' | 'check'): void;
}) {
  const { _id, name, description, special, leadCount, createdAt } = list;
  return (
    <li className="flex flex-wrap items-center gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <Link to="/leads" search={{ list: _id }} className="font-medium text-info underline">
            {name}
          </Link>
          {special !== null && <Badge>kept by the system</Badge>}
        </p>
        <p className="text-xs text-muted-foreground">
          {description && `${description} · `}made <Time at={createdAt} relative />
        </p>
      </div>
      <p className="tabular-nums">{`${formatNumber(leadCount)} ${leadCount === 1 ? 'lead' : 'leads'}`}</p>
      <Menu
        trigger={
          <Button size="icon" variant="ghost" aria-label={`What to do with ${name}`}>
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        <MenuItem asChild>
          <Link to="/leads/import" search={{ list: _id }}>
            <Upload aria-hidden /> Import into it
          </Link>
        </MenuItem>
        <MenuItem disabled={leadCount === 0} onSelect={() => onDo('check')}>
          <Signal aria-hidden /> Check for iMessage
        </MenuItem>
        <MenuItem disabled={!may || special !== null} onSelect={() => onDo('change')}>
          <Pencil aria-hidden /> Rename or describe
        </MenuItem>
        <MenuItem
          destructive
          disabled={!may || special !== null || leadCount > 0}
          onSelect={() => onDo('delete')}
        >
          <Trash2 aria-hidden /> Delete
        </MenuItem>
      </Menu>
    </li>
  );
}
