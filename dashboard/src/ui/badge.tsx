import { cva, type VariantProps } from 'class-variance-authority';
import type { ReactNode } from 'react';

const styles = cva(
  'inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap',
  {
    variants: {
      tone: {
        neutral: 'bg-muted text-foreground',
        info: 'bg-info-soft text-info',
        success: 'bg-success-soft text-success',
        warning: 'bg-warning-soft text-warning',
        danger: 'bg-danger-soft text-danger',
      },
    },
    defaultVariants: { tone: 'neutral' },
  },
);

export type Tone = NonNullable<VariantProps<typeof styles>['tone']>;

export function Badge({ tone, children }: { tone?: Tone; children: ReactNode }) {
  return <span className={styles({ tone })}>{children}</span>;
}

const TONES: Readonly<Record<string, Tone>> = {
  pending: 'neutral',
  scheduled: 'neutral',
  queued: 'neutral',
  sending: 'info',
  unknown: 'warning',
  sent: 'info',
  delivered: 'success',
  fallback: 'warning',
  failed: 'danger',
  cancelled: 'neutral',
  active: 'success',
  running: 'success',
  draft: 'neutral',
  paused: 'warning',
  completed: 'info',
  archived: 'neutral',
  healthy: 'success',
  degraded: 'warning',
  down: 'danger',
};

/** A state, by the word the API has for it. */
export function StatusBadge({ status }: { status: string }) {
  return <Badge tone={TONES[status] ?? 'neutral'}>{status}</Badge>;
}
