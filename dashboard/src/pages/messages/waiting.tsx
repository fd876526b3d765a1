/** Why a message waits, kept up to date while somebody looks. */
import type { ExplainAnswer } from '@trunkline/sdk';
import { plural } from '../../lib/format.ts';
import { Card } from '../../ui/card.tsx';
import { Time } from '../../ui/time.tsx';
import { Gates } from './gates.tsx';
import { Sentence } from './sentence.tsx';
import { whyItWaits } from './words.ts';

export function Waiting({ explained, zone }: { explained: ExplainAnswer; zone: string | null }) {
  const { gates, earliestAt, expectedAt, aheadOnLine } = explained;
  const blocked = gates.filter(({ state }) => state === 'blocked').length;
  return (
    <Card title="Why it waits">
      <p role="status" className="font-medium">
        <Sentence text={whyItWaits(explained)} zone={zone} />
      </p>
      <dl className="my-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <dt className="text-muted-foreground">Expected</dt>
        <dd>
          {expectedAt === null ? (
            'Nobody can tell yet'
          ) : (
            <>
              <Time at={expectedAt} zone={zone} relative /> (<Time at={expectedAt} zone={zone} />)
            </>
          )}
        </dd>
        <dt className="text-muted-foreground">At the earliest</dt>
        <dd>{earliestAt === null ? 'When somebody acts' : <Time at={earliestAt} zone={zone} />}</dd>
        {aheadOnLine !== null && (
          <>
            <dt className="text-muted-foreground">Before it</dt>
            <dd>{plural(aheadOnLine, 'message')} on the same line</dd>
          </>
        )}
      </dl>
      <h3 className="mt-4 text-xs text-muted-foreground">
        {gates.length - blocked} of {plural(gates.length, 'gate')} passed
      </h3>
      <Gates gates={gates} zone={zone} />
    </Card>
  );
}
