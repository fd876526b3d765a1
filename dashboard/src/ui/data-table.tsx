/** A long table of which only what is seen is drawn; more rows are asked for as its end comes near. On phones it scrolls sideways in its own box. */
import {
  type ColumnDef,
  createColumnHelper,
  type RowData,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { ArrowUp } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useRef } from 'react';
import { formatNumber } from '../lib/format.ts';
import { Button } from './button.tsx';
import { cn } from './cn.ts';
import { isScrolled, useRows } from './use-rows.ts';

const features = tableFeatures({});
export type Column<Row extends RowData> = ColumnDef<typeof features, Row, unknown>;

/** `columnsOf<Row>().display({ id, header, cell })`, in an array at module scope. */
export function columnsOf<Row extends RowData>() {
  return createColumnHelper<typeof features, Row>();
}

interface DataTableProps<Row extends RowData> {
  /** What the table lists, for screen readers. */
  label: string;
  /** At module scope or memoised. */
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowId(row: Row): string;
  /** CSS grid tracks, one per column: `['2rem', 'minmax(10rem, 1fr)', '8rem']`. */
  widths: readonly string[];
  /** Pixels of one row. */
  rowHeight?: number;
  /** A click or Enter on a row. */
  onOpen?(row: Row): void;
  selectedId?: string | null;
  hasMore?: boolean;
  isLoadingMore?: boolean;
  onMore?(): void;
  /** There are newer rows than the first, not among `rows`: they are shown once the top is. */
  hasNewer?: boolean;
  /** Whether somebody reads further down, where nothing may move. */
  onAway?(isAway: boolean): void;
  /** Instead of rows when there are none. */
  empty: ReactNode;
  className?: string;
}

export function DataTable<Row extends RowData>({
  label,
  columns,
  rows,
  rowId,
  widths,
  rowHeight = 44,
  onOpen,
  selectedId = null,
  hasMore = false,
  isLoadingMore = false,
  onMore,
  hasNewer = false,
  onAway,
  empty,
  className,
}: DataTableProps<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const table = useTable({
    features,
    columns: columns as Column<Row>[],
    data: rows as Row[],
    getRowId: rowId,
  });
  const model = table.getRowModel().rows;
  const virtual = useRows({
    box,
    count: model.length,
    keyAt: useCallback((index: number) => model[index]?.id ?? String(index), [model]),
    height: rowHeight,
    overscan: 12,
  });
  const lastSeen = virtual.range?.endIndex ?? -1;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastSeen >= model.length - 30) onMore?.();
  }, [hasMore, isLoadingMore, lastSeen, model.length, onMore]);
  const isAway = isScrolled(box.current);
  useEffect(() => onAway?.(isAway), [isAway, onAway]);
  const topSeen = useRef<string>(undefined);
  if (!isAway) topSeen.current = model[0]?.id;
  const above = isAway ? model.findIndex(({ id }) => id === topSeen.current) : 0;
  const toTop = () => {
    box.current?.focus();
    box.current?.scrollTo({ top: 0 });
  };

  const grid = { gridTemplateColumns: widths.join(' ') };
  if (rows.length === 0) return <div className={cn('rounded-xl border bg-card', className)}>{empty}</div>;
  return (
    <section
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls needs the focus to be scrolled by keys
      tabIndex={0}
      aria-label={label}
      className={cn('relative min-h-60 flex-1 overflow-auto rounded-xl border bg-card', className)}
    >
      <div role="status" className="sticky top-12 left-0 z-20 flex h-0 justify-center">
        {(above > 0 || (isAway && hasNewer)) && (
          <Button size="sm" variant="primary" className="rounded-full shadow-lg" onClick={toTop}>
            <ArrowUp aria-hidden /> {hasNewer ? 'New ones' : `${formatNumber(above)} new`}
          </Button>
        )}
      </div>
      <table aria-rowcount={hasMore ? -1 : rows.length + 1} className="grid min-w-max">
        <caption className="sr-only">{label}</caption>
        <thead className="sticky top-0 z-10 grid bg-card">
          {table.getHeaderGroups().map((group) => (
            <tr
              key={group.id}
              style={grid}
              className="grid items-center gap-3 border-b px-3 py-2 text-xs text-muted-foreground"
            >
              {group.headers.map((header) => (
                <th key={header.id} scope="col" className="min-w-0 truncate text-left font-medium">
                  {header.isPlaceholder ? null : <table.FlexRender header={header} />}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody className="relative grid" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = model[item.index];
            if (row === undefined) return null;
            return (
              <tr
                key={row.id}
                data-row={row.id}
                aria-rowindex={item.index + 2}
                aria-selected={selectedId === row.id || undefined}
                tabIndex={onOpen ? 0 : undefined}
                onClick={onOpen && (() => onOpen(row.original))}
                onKeyDown={
                  onOpen &&
                  ((event) => {
                    if (event.key === 'Enter' && event.target === event.currentTarget) onOpen(row.original);
                  })
                }
                style={{ ...grid, height: rowHeight, transform: `translateY(${item.start}px)` }}
                className={cn(
                  'absolute inset-x-0 grid items-center gap-3 border-b px-3 -outline-offset-2',
                  onOpen && 'cursor-pointer hover:bg-accent/60',
                  selectedId === row.id && 'bg-accent',
                )}
              >
                {row.getAllCells().map((cell) => (
                  <td key={cell.id} className="min-w-0 truncate">
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {isLoadingMore && (
        <div role="status" className="p-3 text-center text-muted-foreground">
          Loading more…
        </div>
      )}
    </section>
  );
}
