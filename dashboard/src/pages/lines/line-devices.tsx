/** The Mac of a relay line: connected or away, what its self-test found, letting it go, pairing another. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Line, RelayDevice } from '@trunkline/sdk';
import { useState } from 'react';
import { api } from '../../api.ts';
import { useMay } from '../../session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { Empty, ErrorState, Skeleton } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { PairingCode } from './pair-mac.tsx';
import { devicesQuery, renewLines } from './queries.ts';

const LOOK_EVERY_MS = 5_000;

export function LineDevices({ line }: { line: Line }) {
  const { data, error, isError, refetch } = useQuery({
    ...devicesQuery(line._id),
    refetchInterval: LOOK_EVERY_MS,
  });
  const { may, why } = useMay('admin');
  const [isPairing, setPairing] = useState(false);
  const paired = data?.devices.find(({ revokedAt }) => revokedAt === null);
  return (
    <Card
      title="Its Mac"
      actions={
        <Button size="sm" disabled={!may} title={why} onClick={() => setPairing(true)}>
          {paired === undefined ? 'Pair a Mac' : 'Pair another Mac'}
        </Button>
      }
    >
      {isError && data === undefined ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton className="h-24" />
      ) : data.devices.length === 0 ? (
        <Empty title="No Mac is paired">Nothing leaves by this line until one is.</Empty>
      ) : (
        <ul aria-label="Macs" className="flex flex-col gap-4">
          {data.devices.map((device) => (
            <Device key={device._id} device={device} />
          ))}
        </ul>
      )}
      <Dialog
        open={isPairing}
        onOpenChange={setPairing}
        title="Pair a Mac"
        description={
          paired === undefined ? undefined : `“${paired.name}” is let go when another one is paired.`
        }
      >
        {isPairing && <PairingCode lineId={line._id} />}
      </Dialog>
    </Card>
  );
}

function Device({ device }: { device: RelayDevice }) {
  const { name, driver, agentVersion, connected, lastSeenAt, revokedAt, selfTest } = device;
  const { may, why } = useMay('admin');
  const [asks, setAsks] = useState(false);
  const isGone = revokedAt !== null;
  return (
    <li className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <span className="font-medium">{name}</span>
        <Badge tone={isGone ? 'neutral' : connected ? 'success' : 'danger'}>
          {isGone ? 'let go' : connected ? 'connected' : 'away'}
        </Badge>
        <span className="text-muted-foreground">
          {driver}
          {agentVersion !== null && `, version ${agentVersion}`}
        </span>
        {!isGone && (
          <Button size="sm" className="ml-auto" disabled={!may} title={why} onClick={() => setAsks(true)}>
            Let go
          </Button>
        )}
      </div>
      <p className="text-muted-foreground">
        {isGone ? 'Let go ' : 'Last seen '}
        <Time at={isGone ? revokedAt : lastSeenAt} relative />
      </p>
      {!isGone && selfTest !== null && (
        <ul aria-label={`Self-test of ${name}`} className="flex flex-col gap-1">
          {selfTest.checks.map(({ check, ok, message }) => (
            <li key={check} className={ok ? '' : 'font-medium text-danger'}>
              {message}
            </li>
          ))}
        </ul>
      )}
      <LetGo device={device} open={asks} onOpenChange={setAsks} />
    </li>
  );
}

interface LetGoProps {
  device: RelayDevice;
  open: boolean;
  onOpenChange(open: boolean): void;
}

function LetGo({ device: { _id, lineId, name }, open, onOpenChange }: LetGoProps) {
  const queries = useQueryClient();
  const toast = useToast();
  const letGo = async () => {
    await api.revokeDevice({ id: lineId, deviceId: _id });
    toast.done(`${name} is let go.`);
    await renewLines(queries);
  };
  return (
    <Confirm
      open={open}
      onOpenChange={onOpenChange}
      title={`Let ${name} go?`}
      action="Let it go"
      destructive
      onConfirm={letGo}
    >
      <p>
        Its link is closed within a second, and its token is worth nothing any more. Messages of the line wait
        until a Mac is paired again.
      </p>
    </Confirm>
  );
}
