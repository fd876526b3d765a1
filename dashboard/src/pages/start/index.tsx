/** The first five minutes: a message on a simulated phone, a line of one's own, a call from one's own program. */
import { useQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { api } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { CallApi } from './call-api.tsx';
import { ConnectLine } from './connect-line.tsx';
import { TryPhone } from './try-phone.tsx';

/** `onDone`: it stands in the place of another page, to which it leads. */
export function StartPage({ onDone }: { onDone?: () => void }) {
  const lines = useQuery({
    queryKey: ['lines', 'all'],
    queryFn: ({ signal }) => api.listLines(undefined, { signal }),
  });
  const delivered = useQuery({
    queryKey: ['messages', 'delivered', 'any'],
    queryFn: ({ signal }) =>
      api.listMessages({ status: 'delivered', direction: 'sent', limit: 1 }, { signal }),
  });
  const ofOnesOwn = lines.data?.lines.some(({ transport }) => transport !== 'sandbox') === true;
  return (
    <Page
      title="First steps"
      description="Three things to try, in any order. Nothing leaves this machine before you connect a line of your own."
      actions={onDone && <Button onClick={onDone}>To what happens now</Button>}
    >
      <ol className="flex flex-col gap-4">
        <Step
          number={1}
          title="Send to a simulated phone"
          isDone={(delivered.data?.messages.length ?? 0) > 0}
        >
          <TryPhone lines={lines.data?.lines} />
        </Step>
        <Step number={2} title="Connect a line of your own" isDone={ofOnesOwn}>
          <ConnectLine />
        </Step>
        <Step number={3} title="Call the API" isDone={false}>
          <CallApi />
        </Step>
      </ol>
    </Page>
  );
}

interface StepProps {
  number: number;
  title: string;
  isDone: boolean;
  children: ReactNode;
}

function Step({ number, title, isDone, children }: StepProps) {
  return (
    <li className="min-w-0 rounded-xl border bg-card p-4 text-card-foreground md:p-5">
      <h2 className="mb-3 flex items-center gap-2.5 font-semibold">
        <span
          aria-hidden
          className="flex size-7 shrink-0 items-center justify-center rounded-full bg-muted text-sm tabular-nums"
        >
          {isDone ? <CircleCheck className="size-5 text-success" /> : number}
        </span>
        {title}
        {isDone && <span className="sr-only">(done)</span>}
      </h2>
      {children}
    </li>
  );
}
