/** One day of the calendar: which line sends how much in which hour. */
import { useQuery } from '@tanstack/react-query';
import type { Line } from '@trunkline/sdk';
import { api } from '../../../api.ts';
import { formatNumber } from '../../../lib/format.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { ErrorState, SkeletonRows } from '../../../ui/states.tsx';
import { PlainTable } from '../plain-table.tsx';
import { lineName } from '../queries.ts';
import { dayWords, hourWords } from './heat.ts';

interface DayDialogProps {
  campaignId: string;
  simulationId: string;
  /** null: closed. */
  day: string | null;
  lines: readonly Line[] | undefined;
  onClose(): void;
}

export function DayDialog({ campaignId, simulationId, day, lines, onClose }: DayDialogProps) {
  return (
    <Dialog
      open={day !== null}
      onOpenChange={(open) => !open && onClose()}
      title={day === null ? '' : dayWords(day)}
      description="What goes from which line."
      kind="sheet"
    >
      {day !== null && <Day campaignId={campaignId} simulationId={simulationId} day={day} lines={lines} />}
    </Dialog>
  );
}

function Day({
  campaignId,
  simulationId,
  day,
  lines,
}: Omit<DayDialogProps, 'onClose' | 'day'> & { day: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['simulations', 'one', campaignId, simulationId, 'day', day],
    queryFn: ({ signal }) =>
      api.getSimulationCalendar({ id: campaignId, simulationId, from: day, to: day, by: 'line' }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error !== null) return <ErrorState error={error} onRetry={() => refetch()} />;
  if (data === undefined) return <SkeletonRows />;
  return (
    <PlainTable
      label="By hour and line"
      head={['Hour', 'Line', 'Messages', 'New conversations']}
      rows={data.hours.map(({ hour, lineId, messages, firstTouches }) => ({
        key: `${hour} ${lineId}`,
        cells: [hourWords(hour), lineName(lines, lineId), formatNumber(messages), formatNumber(firstTouches)],
      }))}
    />
  );
}
