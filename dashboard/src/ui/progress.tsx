import { Progress as Radix } from 'radix-ui';
import { formatNumber } from '../lib/format.ts';
import { cn } from './cn.ts';

/** `value` of 0 to 1; null: nobody knows how much there is. */
export function Progress({ value, label }: { value: number | null; label: string }) {
  return (
    <Radix.Root
      aria-label={label}
      value={value === null ? null : Math.round(value * 100)}
      className="h-2 w-full overflow-hidden rounded-full bg-muted"
    >
      <Radix.Indicator
        className={cn(
          'h-full rounded-full bg-primary transition-[width]',
          value === null && 'w-1/3 animate-pulse',
        )}
        style={value === null ? undefined : { width: `${Math.min(100, value * 100)}%` }}
      />
    </Radix.Root>
  );
}

/** What is used of a cap, in colour and in figures. `cap` null: there is none. */
export function UsageBar({ label, used, cap }: { label: string; used: number; cap: number | null }) {
  const share = cap === null || cap === 0 ? 0 : Math.min(1, used / cap);
  const figures =
    cap === null ? `${formatNumber(used)}, no cap` : `${formatNumber(used)} of ${formatNumber(cap)}`;
  return (
    <div>
      <div className="mb-1 flex justify-between gap-2 text-xs">
        <span className="text-muted-foreground">{label}</span>
        <span className="tabular-nums">{figures}</span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: browsers draw their own meters, each in its way */}
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={cap ?? used}
        aria-valuenow={used}
        aria-valuetext={figures}
        className="h-1.5 overflow-hidden rounded-full bg-muted"
      >
        <div
          className={cn(
            'h-full rounded-full',
            share >= 1 ? 'bg-danger' : share >= 0.9 ? 'bg-chart-3' : 'bg-chart-2',
          )}
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </div>
  );
}
