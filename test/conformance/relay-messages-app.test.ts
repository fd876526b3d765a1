/** The relay channel with a Mac behind it on which Messages is: a real agent, a real link, and a fake Messages. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Channel } from '../../src/channels/channel.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createMessagesAppDriver } from '../../src/relay/drivers/messages-app/messages-app.ts';
import { startFakeMessages } from '../fakes/messages/messages.ts';
import { openApp, type TestApp } from '../harness.ts';
import { channelLineOf, devicesOf, openMac } from '../relay/mac.ts';
import { until } from '../until.ts';
import { describeChannel, type FarSide } from './channel-conformance.ts';

const PACE = { rowMs: 20, sentMs: 20, deliveredMs: 30, readMs: 30, errorMs: 30, slowMs: 1_500 };
const TIMES = { scriptMs: 2_000, confirmMs: 1_000, pollMs: 10, downgradeMs: 50, settleMs: 0, quietMs: 1_500 };

async function setup(app: TestApp, other: TestApp, macOs: 15 | 26): Promise<FarSide> {
  const fake = await startFakeMessages({ macOs, pace: PACE });
  const dataDir = await mkdtemp(path.join(tmpdir(), 'messages-app-'));
  const createDriver = () =>
    createMessagesAppDriver({
      clock: systemClock(),
      dataDir,
      home: fake.home,
      osascriptProgram: fake.osascript,
      times: TIMES,
    });
  const mac = await openMac(app, { driver: createDriver() });
  const relay = app.deps.channels.get('relay') as Channel;
  const line = channelLineOf(mac);
  return {
    // Messages knows nothing of references: here the text carries them.
    channel: {
      ...relay,
      send: (from, outgoing, lease) =>
        relay.send(from, { ...outgoing, text: `${outgoing.text} ${outgoing.reference}` }, lease),
    },
    reopen: async () => other.deps.channels.get('relay') as Channel,
    line,
    copies: async (reference) => fake.left.filter(({ text }) => text.endsWith(reference)).length,
    async goDown() {
      fake.mac.mayAutomate = false;
      await mac.agent.stop();
      await mac.start({ driver: createDriver() });
      await until('the self-test is told', async () =>
        (await devicesOf(mac)).some(({ connected, selfTest }) => connected && selfTest?.ok === false),
      );
      return line;
    },
    async close() {
      await mac.close();
      await fake.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

describe.each([15, 26] as const)('macOS %i', (macOs) => {
  // One for each: a server takes no endless row of pairing codes from one place.
  let app: TestApp;
  /** Another process on the same database, to which no Mac is linked. */
  let other: TestApp;
  beforeAll(async () => {
    app = await openApp({ dispatches: false });
    other = await openApp({ dispatches: false, databaseUrl: app.databaseUrl, key: app.key });
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  describeChannel('relay, Messages', {
    setup: () => setup(app, other, macOs),
    recipients: {
      accepted: '+12025550100',
      refusedForGood: '+12025550111',
      refusedForNow: '+12025550112',
      slow: '+12025550131',
      lostThoughSent: '+12025550123',
      lostNotSent: '+12025550133',
      notOnChannel: '+12025550110',
    },
    badConfigs: [{ host: 'mac.local' }, { token: 'x' }],
    cannotReconcile: null,
    tellsNothing: 'its news comes over the link to the whole engine (test/relay/messages-app-news.test.ts)',
  });
});
