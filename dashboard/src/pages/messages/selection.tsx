/** Which messages of the table are selected; cells read it, so that columns stand at module scope. */
import { createContext, type ReactNode, use } from 'react';
import { CheckboxBox } from '../../ui/field.tsx';

interface Selection {
  ids: ReadonlySet<string>;
  allIds: readonly string[];
  onChange(ids: ReadonlySet<string>): void;
}

const Context = createContext<Selection>({ ids: new Set(), allIds: [], onChange: () => {} });

export function SelectionProvider({ value, children }: { value: Selection; children: ReactNode }) {
  return <Context value={value}>{children}</Context>;
}

export function SelectRow({ id, name }: { id: string; name: string }) {
  const { ids, onChange } = use(Context);
  const toggle = (checked: boolean) => {
    const next = new Set(ids);
    if (checked) next.add(id);
    else next.delete(id);
    onChange(next);
  };
  return (
    <CheckboxBox
      aria-label={`Select the message to ${name}`}
      checked={ids.has(id)}
      onCheckedChange={(checked) => toggle(checked === true)}
      // The row opens the message.
      onClick={(event) => event.stopPropagation()}
    />
  );
}

export function SelectAll() {
  const { ids, allIds, onChange } = use(Context);
  const count = allIds.filter((id) => ids.has(id)).length;
  const isAll = count > 0 && count === allIds.length;
  return (
    <CheckboxBox
      aria-label="Select all that are shown"
      checked={isAll ? true : count > 0 ? 'indeterminate' : false}
      onCheckedChange={() => onChange(new Set(isAll ? [] : allIds))}
    />
  );
}
