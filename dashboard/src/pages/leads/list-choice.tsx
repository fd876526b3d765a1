/** A list there is, or a new one by its name. */
import type { List } from '@trunkline/sdk';
import { api } from '../../api.ts';
import { Field, Input, Select } from '../../ui/field.tsx';

export interface ListTarget {
  /** '': a new one. */
  listId: string;
  name: string;
}

export function ListChoice({
  lists,
  value,
  onChange,
  label = 'List',
}: {
  lists: readonly List[];
  value: ListTarget;
  onChange(value: ListTarget): void;
  label?: string;
}) {
  return (
    <>
      <Field label={label}>
        <Select
          value={value.listId}
          onChange={({ target }) => onChange({ listId: target.value, name: value.name })}
        >
          <option value="">A new list</option>
          {lists.map(({ _id, name }) => (
            <option key={_id} value={_id}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      {value.listId === '' && (
        <Field label="Name of the new list">
          <Input
            value={value.name}
            maxLength={255}
            onChange={({ target }) => onChange({ listId: '', name: target.value })}
          />
        </Field>
      )}
    </>
  );
}

/** Makes the list where it is a new one. */
export async function targetListId({ listId, name }: ListTarget): Promise<string> {
  if (listId !== '') return listId;
  return (await api.createList({ body: { name: name.trim() } })).list._id;
}
