import { formatNumber } from '../../../lib/format.ts';

export function Figures({ figures }: { figures: readonly (readonly [words: string, count: number])[] }) {
  return (
    <dl className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
      {figures.map(([words, count]) => (
        <div key={words} className="flex flex-col-reverse justify-end rounded-xl border bg-card p-4">
          <dt className="text-muted-foreground">{words}</dt>
          <dd className="text-2xl font-semibold tabular-nums">{formatNumber(count)}</dd>
        </div>
      ))}
    </dl>
  );
}
