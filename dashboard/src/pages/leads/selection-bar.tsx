/** What can be done to the leads that are selected; over the foot of the page, so that nothing moves when it comes. */
import type { List } from '@trunkline/sdk';
import { Ban, Ellipsis, FolderInput, Send, Signal, Tags, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api.ts';
import { formatNumber } from '../../lib/format.ts';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { useToast } from '../../ui/toast.tsx';
import { CheckDialog } from './bulk/check-dialog.tsx';
import { DeleteDialog } from './bulk/delete-dialog.tsx';
import { DncDialog } from './bulk/dnc-dialog.tsx';
import { EnrollDialog } from './bulk/enroll-dialog.tsx';
import { ListDialog } from './bulk/list-dialog.tsx';
import { TagDialog } from './bulk/tag-dialog.tsx';
import { askedBy, type LeadsFilters } from './search.ts';

const MOST = 10_000;
const PAGE = 100;

type Doing = 'tag' | 'list' | 'enroll' | 'dnc' | 'check' | 'delete';

interface SelectionBarProps {
  ids: ReadonlySet<string>;
  filters: LeadsFilters;
  lists: readonly List[];
  onChange(ids: ReadonlySet<string>): void;
}

export function SelectionBar({ ids, filters, lists, onChange }: SelectionBarProps) {
  const [doing, setDoing] = useState<Doing | null>(null);
  const [busy, setBusy] = useState(false);
  const toast = useToast();
  const { may, why } = useMay('send');
  const list = [...ids];
  const dialog = (which: Doing) => ({
    ids: list,
    open: doing === which,
    onOpenChange: (open: boolean) => setDoing(open ? which : null),
  });
  const selectAll = async () => {
    setBusy(true);
    try {
      onChange(await idsThatMatch(filters));
    } catch (error) {
      toast.failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {ids.size > 0 && (
        <section
          aria-label="Selected leads"
          className="fixed inset-x-3 bottom-3 z-30 mx-auto flex w-fit max-w-full flex-wrap items-center gap-2 rounded-xl border bg-popover p-2 text-popover-foreground shadow-xl"
        >
          <p aria-live="polite" className="px-2 font-medium">{`${formatNumber(ids.size)} selected`}</p>
          <Button size="sm" variant="ghost" busy={busy} onClick={selectAll}>
            Select all that match
          </Button>
          <Button size="sm" disabled={!may} title={why} onClick={() => setDoing('tag')}>
            <Tags aria-hidden /> Tag
          </Button>
          <Button size="sm" disabled={!may} title={why} onClick={() => setDoing('list')}>
            <FolderInput aria-hidden /> Move
          </Button>
          <Button size="sm" disabled={!may} title={why} onClick={() => setDoing('enroll')}>
            <Send aria-hidden /> Enrol
          </Button>
          <Menu
            trigger={
              <Button size="sm" aria-label="More to do with them">
                <Ellipsis aria-hidden />
              </Button>
            }
          >
            <MenuItem onSelect={() => setDoing('check')}>
              <Signal aria-hidden /> Check for iMessage
            </MenuItem>
            <MenuItem destructive disabled={!may} onSelect={() => setDoing('dnc')}>
              <Ban aria-hidden /> Do not contact
            </MenuItem>
            <MenuItem destructive disabled={!may} onSelect={() => setDoing('delete')}>
              <Trash2 aria-hidden /> Delete
            </MenuItem>
          </Menu>
          <Button
            size="icon-sm"
            variant="ghost"
            aria-label="Select nobody"
            onClick={() => onChange(new Set())}
          >
            <X aria-hidden />
          </Button>
        </section>
      )}
      <TagDialog {...dialog('tag')} />
      <ListDialog {...dialog('list')} lists={lists} />
      <EnrollDialog {...dialog('enroll')} />
      <DncDialog {...dialog('dnc')} />
      <CheckDialog
        of={{ leadIds: list }}
        open={doing === 'check'}
        onOpenChange={(open) => setDoing(open ? 'check' : null)}
      />
      <DeleteDialog {...dialog('delete')} onDone={() => onChange(new Set())} />
    </>
  );
}

/** Ten thousand at most: as many as one call may name. */
async function idsThatMatch(filters: LeadsFilters): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let cursor: string | undefined; ids.size < MOST; ) {
    const page = await api.listLeads({ ...askedBy(filters), count: false, limit: PAGE, cursor });
    for (const { _id } of page.leads) ids.add(_id);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  return ids;
}
