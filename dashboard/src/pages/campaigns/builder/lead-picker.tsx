/** Finds one lead by a part of its name, phone or email. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Lead } from '@trunkline/sdk';
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Field, Input } from '../../../ui/field.tsx';
import { leadSearchQuery } from '../queries.ts';

interface LeadPickerProps {
  label: string;
  onPick(lead: Lead): void;
}

export function LeadPicker({ label, onPick }: LeadPickerProps) {
  const [search, setSearch] = useState('');
  const { data, isPending, error } = useQuery({
    ...leadSearchQuery(search.trim()),
    placeholderData: keepPreviousData,
  });
  const leads = data?.leads ?? [];
  return (
    <div className="flex flex-col gap-2">
      <Field label={label} error={error?.message}>
        <Input
          type="search"
          placeholder="Name, phone or email"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
      </Field>
      <ul aria-label="Leads that were found" className="flex max-h-56 flex-col gap-1 overflow-y-auto">
        {leads.map((lead) => (
          <li key={lead._id}>
            <Button variant="ghost" size="sm" className="w-full justify-start" onClick={() => onPick(lead)}>
              <span className="truncate">{titleOf(lead)}</span>
              <span className="ml-auto truncate text-muted-foreground">{lead.phone ?? lead.email}</span>
            </Button>
          </li>
        ))}
      </ul>
      {!isPending && leads.length === 0 && <p className="text-muted-foreground">No lead is called so.</p>}
    </div>
  );
}

export function titleOf({ firstName, lastName, phone, email, _id }: Lead): string {
  return [firstName, lastName].filter(Boolean).join(' ') || phone || email || _id;
}
