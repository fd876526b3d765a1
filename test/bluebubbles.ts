/** A Mac with its BlueBubbles server and a channel to it, without the engine: quick, and it remembers what it sent. */
import { createBlueBubblesChannel } from '../src/channels/bluebubbles.ts';
import type { Channel, ChannelLine, LostSend, Outgoing } from '../src/channels/channel.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createGuardedFetch } from '../src/lib/guarded-fetch.ts';
import { type FakeBlueBubbles, type FakeOptions, startBlueBubbles } from './fakes/bluebubbles/server.ts';

/** Everything that takes seconds or minutes on a Mac. */
export const QUICK = {
  row: 5,
  delivered: 20,
  read: 60,
  error: 20,
  lateError: 300,
  reply: 30,
  giveUp: 50,
  timeout: 50,
  slow: 800,
};
/** What the channel waits for, shortened likewise. */
export const PATIENCE = { confirmMs: 60, confirmEveryMs: 10, quietMs: 0 };

export interface MacWish extends FakeOptions {
  quietMs?: number;
  publicUrl?: string;
}
export interface OpenMac {
  server: FakeBlueBubbles;
  channel: Channel;
  line: ChannelLine;
  /** Another one to the same Mac, which has what the engine remembers, and nothing of its own. */
  reopen(): Channel;
  close(): Promise<void>;
}

export async function openMac({ quietMs, publicUrl, ...options }: MacWish = {}): Promise<OpenMac> {
  const server = await startBlueBubbles({ timings: QUICK, ...options });
  const fetch = createGuardedFetch({ allowPrivateHosts: true });
  const sent = new Map<string, Sent>();
  const open = () =>
    rememberingChannel(
      createBlueBubblesChannel({
        fetch,
        clock: systemClock(),
        allowPrivateHosts: true,
        publicUrl: publicUrl ?? null,
        ...PATIENCE,
        ...(quietMs === undefined ? {} : { quietMs }),
      }),
      sent,
    );
  return {
    server,
    channel: open(),
    reopen: open,
    line: {
      workspaceId: 'w'.padEnd(24, '0'),
      lineId: 'a'.padEnd(24, '0'),
      messageType: 'imessage',
      phone: '+12025550190',
      email: null,
      name: 'Anna',
      transportConfig: { serverUrl: server.url },
      secret: server.password,
    },
    async close() {
      await server.close();
      await fetch.close();
    },
  };
}

let made = 0;

export function outgoingTo(address: string, differs: Partial<Outgoing> = {}): Outgoing {
  made += 1;
  return {
    reference: made.toString(16).padStart(24, '0'),
    attempt: 1,
    address,
    messageType: 'imessage',
    text: 'Hello Anna',
    subject: null,
    attachments: [],
    validUntil: null,
    ...differs,
  };
}

interface Sent {
  outgoing: Outgoing;
  startedAt: number;
  /** Once it is accepted or found. */
  id: string | null;
}

/** Asks for lost messages as the engine does: by what was sent, and knowing which messages are others'. */
function rememberingChannel(channel: Channel, sent: Map<string, Sent>): Channel {
  return {
    ...channel,
    async send(line, outgoing, lease) {
      const mine: Sent = { outgoing, startedAt: Date.now(), id: null };
      sent.set(outgoing.reference, mine);
      const outcome = await channel.send(line, outgoing, lease);
      if (outcome.outcome === 'accepted') mine.id = outcome.externalMessageId;
      return outcome;
    },
    async reconcile(line, reference, given) {
      const mine = sent.get(reference);
      const startedAt = mine?.startedAt ?? Date.now();
      const lost: LostSend = {
        addresses: [mine?.outgoing.address ?? '+12025550100'],
        text: mine?.outgoing.text ?? 'Hello Anna',
        attachmentNames: (mine?.outgoing.attachments ?? []).map(({ name }) => name),
        startedAt,
        firstStartedAt: startedAt,
        isClaimed: (id) => [...sent].some(([other, its]) => other !== reference && its.id === id),
        isContested: async () => false,
      };
      const finding = await channel.reconcile(line, reference, { ...lost, ...given });
      if (finding.finding === 'found' && mine !== undefined) mine.id = finding.externalMessageId;
      return finding;
    },
  };
}
