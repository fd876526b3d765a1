/** In a file of its own, which is loaded with the first chart: the library is larger than all the rest. */
import type { Throughput } from '@trunkline/sdk';
import { Area, AreaChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatNumber, formatTimeOfDay } from '../../lib/format.ts';

const SERIES = [
  ['accepted', 'Accepted', 'var(--chart-1)'],
  ['sent', 'Sent', 'var(--chart-5)'],
  ['delivered', 'Delivered', 'var(--chart-2)'],
  ['failed', 'Failed', 'var(--chart-4)'],
] as const;

export function ThroughputChart({ points }: { points: readonly Throughput[] }) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <AreaChart
        data={points as Throughput[]}
        accessibilityLayer={false}
        margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
      >
        <CartesianGrid vertical={false} stroke="var(--border)" />
        <XAxis
          dataKey="at"
          tickFormatter={formatTimeOfDay}
          minTickGap={48}
          tickLine={false}
          axisLine={false}
          tick={{ fill: 'var(--muted-foreground)', fontSize: 12 }}
        />
        <YAxis
          width={44}
          allowDecimals={false}
          tickFormatter={formatNumber}
          tickLine={false}
          axisLine={false}
          tick={{ fill: 'var(--muted-foreground)', fontSize: 12 }}
        />
        <Tooltip
          labelFormatter={(at) => formatTimeOfDay(String(at))}
          isAnimationActive={false}
          contentStyle={{ background: 'var(--popover)', borderColor: 'var(--border)', borderRadius: 8 }}
          labelStyle={{ color: 'var(--popover-foreground)' }}
          itemStyle={{ color: 'var(--popover-foreground)' }}
        />
        <Legend
          itemSorter={null}
          iconType="plainline"
          formatter={(title) => <span className="text-foreground">{title}</span>}
        />
        {SERIES.map(([name, title, colour]) => (
          <Area
            key={name}
            type="linear"
            dataKey={name}
            name={title}
            stroke={colour}
            strokeWidth={2}
            fill={colour}
            fillOpacity={0.08}
            dot={false}
            isAnimationActive={false}
          />
        ))}
      </AreaChart>
    </ResponsiveContainer>
  );
}
