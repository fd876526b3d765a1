import { Link } from '@tanstack/react-router';
import type { Alert } from '@trunkline/sdk';
import { CircleAlert, CircleCheck, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { cn } from '../../ui/cn.ts';
import { SkeletonRows } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';

const LOOKS: Readonly<Record<Alert['severity'], { icon: LucideIcon; tone: string; word: string }>> = {
  critical: { icon: CircleAlert, tone: 'text-danger', word: 'Critical' },
  warning: { icon: TriangleAlert, tone: 'text-warning', word: 'Warning' },
  info: { icon: Info, tone: 'text-info', word: 'For your information' },
};

/** Of one height, however many there are: nothing below moves. */
export function Alerts({ alerts }: { alerts: readonly Alert[] | undefined }) {
  return (
    <Card title="Alerts" className="flex h-96 flex-col">
      {alerts === undefined ? (
        <SkeletonRows rows={4} className="h-14" />
      ) : alerts.length === 0 ? (
        <p className="flex items-center gap-2 text-muted-foreground">
          <CircleCheck className="size-4 text-success" aria-hidden /> Nothing needs your hand.
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls needs the focus to be scrolled by keys
        <section aria-label="Alerts, worst first" tabIndex={0} className="min-h-0 flex-1 overflow-y-auto">
          <ul className="flex flex-col gap-3">
            {alerts.map((alert) => (
              <AlertItem key={`${alert.kind} ${alert.about.id} ${alert.title}`} alert={alert} />
            ))}
          </ul>
        </section>
      )}
    </Card>
  );
}

function AlertItem({ alert: { severity, title, whatToDo, since, about } }: { alert: Alert }) {
  const { icon: Icon, tone, word } = LOOKS[severity];
  const place = PLACES[about.type];
  return (
    <li className="flex gap-2.5">
      <Icon className={cn('mt-0.5 size-4 shrink-0', tone)} aria-hidden />
      <div className="min-w-0">
        <p className="font-medium break-words">
          <span className="sr-only">{word}: </span>
          {title}
        </p>
        <p className="text-muted-foreground">
          {whatToDo}{' '}
          {since !== null && (
            <>
              Since <Time at={since} relative />.
            </>
          )}
        </p>
        {about.type === 'line' && about.id !== null ? (
          <Button asChild variant="link" size="inline" className="min-h-6">
            <Link to="/lines/$lineId" params={{ lineId: about.id }}>
              To the line
            </Link>
          </Button>
        ) : (
          place && (
            <Button asChild variant="link" size="inline" className="min-h-6">
              <Link to={place.to}>{place.title}</Link>
            </Button>
          )
        )}
      </div>
    </li>
  );
}

const PLACES: Readonly<
  Record<
    Alert['about']['type'],
    { to: '/lines' | '/settings' | '/campaigns' | '/leads'; title: string } | null
  >
> = {
  line: { to: '/lines', title: 'To the lines' },
  webhook: { to: '/settings', title: 'To the webhooks' },
  campaign: { to: '/campaigns', title: 'To the campaigns' },
  contacts: { to: '/leads', title: 'To the leads' },
  workspace: null,
};
