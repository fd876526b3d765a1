import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { api } from '../../../api.ts';
import { plural } from '../../../lib/format.ts';
import { Field, Input } from '../../../ui/field.tsx';
import { tagsQuery } from '../queries.ts';
import { readTags } from '../words.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import type { BulkProps } from './bulk-props.ts';

export function TagDialog({ ids, open, onOpenChange }: BulkProps) {
  const [added, setAdded] = useState('');
  const [removed, setRemoved] = useState('');
  const known = useQuery(tagsQuery).data?.tags ?? [];
  const list = useId();
  const addTags = readTags(added);
  const removeTags = readTags(removed);
  return (
    <BulkDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Tags"
      action="Change tags"
      ids={ids}
      isReady={addTags.length + removeTags.length > 0}
      perCall={1_000}
      run={async (some) => {
        const { changedCount, unchangedCount, skipped } = await api.changeLeads({
          body: { ids: [...some], addTags, removeTags },
        });
        return { changed: changedCount, unchanged: unchangedCount, full: skipped.length };
      }}
      tell={({ changed = 0, unchanged = 0, full = 0 }) => (
        <>
          <p>{`${plural(changed, 'lead')} changed, ${unchanged.toLocaleString()} had it so already.`}</p>
          {full > 0 && (
            <p>{`${plural(full, 'lead')} would have more than 50 tags, and were left as they were.`}</p>
          )}
        </>
      )}
    >
      <Field label="Add" hint="Several are parted by commas.">
        <Input list={list} value={added} onChange={({ target }) => setAdded(target.value)} />
      </Field>
      <Field label="Take away" hint="Several are parted by commas.">
        <Input list={list} value={removed} onChange={({ target }) => setRemoved(target.value)} />
      </Field>
      <datalist id={list}>
        {known.map(({ tag }) => (
          <option key={tag} value={tag} />
        ))}
      </datalist>
    </BulkDialog>
  );
}
