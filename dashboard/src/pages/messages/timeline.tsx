import type { TimelineEvent } from '@trunkline/sdk';
import { Card } from '../../ui/card.tsx';
import { Time } from '../../ui/time.tsx';
import { Sentence } from './sentence.tsx';
import { eventDetails, eventTitle } from './words.ts';

export function Timeline({ events, zone }: { events: readonly TimelineEvent[]; zone: string | null }) {
  return (
    <Card title="What happened">
      <ol className="flex flex-col gap-3 border-l pl-4" aria-label="Timeline, oldest first">
        {events.map((event) => (
          <li key={event._id} className="relative">
            <span
              aria-hidden
              className="absolute top-1.5 -left-[1.3rem] size-2 rounded-full border border-card bg-primary"
            />
            <div className="flex flex-wrap justify-between gap-x-3">
              <span className="font-medium">{eventTitle(event)}</span>
              <span className="text-muted-foreground">
                <Time at={event.at} zone={zone} />
              </span>
            </div>
            {eventDetails(event).map((detail) => (
              <p key={detail} className="break-words text-muted-foreground">
                <Sentence text={detail} zone={zone} />
              </p>
            ))}
          </li>
        ))}
      </ol>
    </Card>
  );
}
