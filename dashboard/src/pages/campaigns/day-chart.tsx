import type { CampaignAnalyticsAnswer } from '@trunkline/sdk';
import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { dayWords } from './simulate/heat.ts';

/** Beside a table of the same figures: for the eye only. */
export function DayChart({ days }: { days: CampaignAnalyticsAnswer['perDay'] }) {
  if (days.length === 0) return <p className="text-muted-foreground">Nothing went yet.</p>;
  const rows = days.map(({ day, figures }) => ({
    day: dayWords(day),
    sent: figures.sent,
    replied: figures.replied,
    failed: figures.failed,
  }));
  return (
    <div aria-hidden className="h-64">
      <ResponsiveContainer width="100%" height="100%">
        <BarChart data={rows} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--border)" />
          <XAxis dataKey="day" tick={TICK} stroke="var(--border)" />
          <YAxis allowDecimals={false} width={44} tick={TICK} stroke="var(--border)" />
          <Tooltip
            cursor={{ fill: 'var(--accent)' }}
            contentStyle={{
              background: 'var(--popover)',
              border: '1px solid var(--border)',
              color: 'var(--popover-foreground)',
            }}
          />
          <Legend />
          <Bar dataKey="sent" fill="var(--chart-1)" maxBarSize={48} isAnimationActive={false} />
          <Bar dataKey="replied" fill="var(--chart-2)" maxBarSize={48} isAnimationActive={false} />
          <Bar dataKey="failed" fill="var(--chart-4)" maxBarSize={48} isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

const TICK = { fill: 'var(--muted-foreground)', fontSize: 12 };
