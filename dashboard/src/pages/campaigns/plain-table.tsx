/** A short table: on phones it scrolls sideways in its own box. */
import type { ReactNode } from 'react';

interface PlainTableProps {
  label: string;
  head: readonly string[];
  /** The first cell names the row. */
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
  empty?: string;
}

export function PlainTable({ label, head, rows, empty = 'Nothing yet.' }: PlainTableProps) {
  if (rows.length === 0) return <p className="text-muted-foreground">{empty}</p>;
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls needs the focus to be scrolled by keys
      tabIndex={0}
      aria-label={label}
      className="overflow-x-auto"
    >
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">{label}</caption>
        <thead className="text-xs text-muted-foreground">
          <tr>
            {head.map((title) => (
              <th key={title} scope="col" className="px-2 py-1.5 font-medium whitespace-nowrap first:pl-0">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells: [name, ...cells] }) => (
            <tr key={key} className="border-t">
              <th scope="row" className="py-1.5 pr-2 font-medium">
                {name}
              </th>
              {cells.map((cell, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns stay in their places
                <td key={n} className="px-2 py-1.5 tabular-nums">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
