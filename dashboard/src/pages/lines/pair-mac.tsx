/** A Mac is paired: a code, the one command to run there, and then live what the relay finds out about itself. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RelayDevice } from '@trunkline/sdk';
import { LoaderCircle } from 'lucide-react';
import { useEffect } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorState, Skeleton } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { CheckSteps } from './check-steps.tsx';
import { devicesQuery, lineQuery } from './queries.ts';
import { nameOf } from './words.ts';

const LOOK_EVERY_MS = 2_000;

export function PairMac({ lineId }: { lineId: string }) {
  const line = useQuery(lineQuery(lineId));
  const devices = useQuery({ ...devicesQuery(lineId), refetchInterval: LOOK_EVERY_MS });
  if (line.isError) return <ErrorState error={line.error} onRetry={() => void line.refetch()} />;
  if (devices.isError && devices.data === undefined)
    return <ErrorState error={devices.error} onRetry={() => void devices.refetch()} />;
  const device = devices.data?.devices.find(({ revokedAt }) => revokedAt === null);
  return (
    <div className="grid max-w-5xl grid-cols-1 items-start gap-4 lg:grid-cols-2">
      <Card title={`1. Pair a Mac with ${line.data === undefined ? 'the line' : nameOf(line.data.line)}`}>
        {devices.data === undefined ? (
          <Skeleton className="h-32" />
        ) : device === undefined ? (
          <PairingCode lineId={lineId} />
        ) : (
          <p>
            “{device.name}” is paired, by the driver {device.driver}. Another code would let it go.
          </p>
        )}
      </Card>
      <Card title="2. What the Mac finds out about itself">
        <SelfTest lineId={lineId} device={device} />
      </Card>
    </div>
  );
}

/** A code is made when it is first shown: it is good for ten minutes only. */
export function PairingCode({ lineId }: { lineId: string }) {
  const make = useMutation({ mutationFn: () => api.createPairingCode({ id: lineId }) });
  const { mutate } = make;
  useEffect(() => mutate(), [mutate]);
  if (make.isError)
    return (
      <div className="flex flex-col items-start gap-3">
        <p role="alert" className="font-medium text-danger">
          {sentenceOf(make.error)}
        </p>
        <Button onClick={() => mutate()}>Try again</Button>
      </div>
    );
  if (make.data === undefined) return <Skeleton className="h-32" />;
  const { code, command, expiresAt } = make.data;
  return (
    <div className="flex flex-col gap-3">
      <p>On the Mac, in a copy of Trunkline’s repository, with Node 22 or newer, run:</p>
      <div className="flex items-start gap-2 rounded-md bg-muted p-3">
        <code className="min-w-0 flex-1 break-words">{command}</code>
        <CopyButton text={command} what="the command" />
      </div>
      <p className="flex flex-wrap items-center gap-2">
        The code is <strong className="font-mono text-base">{code}</strong>
        <CopyButton text={code} what="the code" />
      </p>
      <p className="text-muted-foreground">
        It is good once, until <Time at={expiresAt} />. Type it nowhere else.
      </p>
      <Button className="self-start" busy={make.isPending} onClick={() => mutate()}>
        Make a new code
      </Button>
    </div>
  );
}

function SelfTest({ lineId, device }: { lineId: string; device: RelayDevice | undefined }) {
  const queries = useQueryClient();
  const isConnected = device?.connected === true;
  const hasTold = isConnected && device.selfTest !== null;
  const check = useQuery({
    queryKey: ['line-check', lineId, device?._id, JSON.stringify(device?.selfTest ?? null), isConnected],
    queryFn: ({ signal }) => api.checkStoredLine({ id: lineId }, { signal }),
    enabled: hasTold,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the line is another one once its Mac has told
  useEffect(() => {
    if (hasTold) void queries.invalidateQueries({ queryKey: ['lines', 'one', lineId] });
  }, [hasTold]);
  if (!hasTold) return <Waiting text={waitingFor(device)} />;
  if (check.isError) return <ErrorState error={check.error} onRetry={() => void check.refetch()} />;
  if (check.data === undefined) return <Waiting text="Going through it step by step…" />;
  return (
    <div className="flex flex-col gap-4">
      <CheckSteps check={check.data} />
      <Button asChild variant="primary" className="self-start">
        <Link to="/lines/$lineId" params={{ lineId }}>
          Go to the line
        </Link>
      </Button>
    </div>
  );
}

function waitingFor(device: RelayDevice | undefined): string {
  if (device === undefined) return 'Waiting for the Mac to be paired…';
  return device.connected
    ? 'Connected. Waiting for what it finds…'
    : 'Paired. Waiting for its relay to connect…';
}

function Waiting({ text }: { text: string }) {
  return (
    <p role="status" className="flex items-center gap-2 text-muted-foreground">
      <LoaderCircle className="size-4 animate-spin" aria-hidden />
      {text}
    </p>
  );
}
