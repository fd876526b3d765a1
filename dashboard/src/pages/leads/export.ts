/** All leads, or those of a list or a tag, as a file that spreadsheets read. */
import { useState } from 'react';
import { api } from '../../api.ts';
import { useToast } from '../../ui/toast.tsx';
import { saveAs } from './save-as.ts';
import type { LeadsFilters } from './search.ts';

const PATIENCE_MS = 600_000;

export function useExport({ list, tag, ...others }: LeadsFilters): {
  busy: boolean;
  /** Why it can't be done. */
  why: string | undefined;
  start(): Promise<void>;
} {
  const [busy, setBusy] = useState(false);
  const toast = useToast();
  const isNarrower = Object.values(others).some((value) => value !== undefined);
  return {
    busy,
    why: isNarrower
      ? 'An export is of all leads, of a list or of a tag: take the other filters away.'
      : undefined,
    async start() {
      setBusy(true);
      try {
        saveAs('leads.csv', await api.exportLeads({ listId: list, tag }, { timeoutMs: PATIENCE_MS }));
      } catch (error) {
        toast.failed(error);
      } finally {
        setBusy(false);
      }
    },
  };
}
