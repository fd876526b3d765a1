/** A long table of which only what is seen is drawn; more rows are asked for as its end comes near. On phones it scrolls sideways in its own box. */
import {
  type ColumnDef,
  createColumnHelper,
  type RowData,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import { cn } from './cn.ts';

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
  const virtual = useVirtualizer({
    count: model.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastShown >= model.length - 20) onMore?.();
  }, [hasMore, isLoadingMore, lastShown, model.length, onMore]);

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
          {shown.map((item) => {
            const row = model[item.index];
            if (row === undefined) return null;
            return (
              <tr
                key={row.id}
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
