/** The relay channel with a Mac behind it on which a BlueBubbles server runs: a real agent, a real link, a fake server. */
import { afterAll, beforeAll, describe } from 'vitest';
import type { Channel } from '../../src/channels/channel.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createBlueBubblesDriver } from '../../src/relay/drivers/bluebubbles.ts';
import { PATIENCE, QUICK } from '../bluebubbles.ts';
import { type FakeOptions, startBlueBubbles } from '../fakes/bluebubbles/server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { channelLineOf, devicesOf, openMac } from '../relay/mac.ts';
import { until } from '../until.ts';
import { describeChannel, type FarSide } from './channel-conformance.ts';

async function setup(app: TestApp, other: TestApp, options: FakeOptions): Promise<FarSide> {
  const fake = await startBlueBubbles({ timings: QUICK, ...options });
  const server = { serverUrl: fake.url, method: 'auto', password: fake.password } as const;
  const mac = await openMac(app, { starts: false });
  const start = () =>
    mac.start({
      driver: createBlueBubblesDriver({
        server,
        clock: systemClock(),
        dataDir: mac.dataDir,
        patience: PATIENCE,
      }),
    });
  const isTested = (ok: boolean) =>
    until('the self-test is told', async () =>
      (await devicesOf(mac)).some(({ connected, selfTest }) => connected && selfTest?.ok === ok),
    );
  await start();
  await isTested(true);
  const line = channelLineOf(mac);
  return {
    channel: app.deps.channels.get('relay') as Channel,
    reopen: async () => other.deps.channels.get('relay') as Channel,
    line,
    copies: async (reference) => fake.copies(reference).length,
    async goDown() {
      await fake.stop();
      await mac.agent.stop();
      await start();
      await isTested(false);
      return line;
    },
    async close() {
      await mac.close();
      await fake.close();
    },
  };
}

describe.each([
  ['Private API, macOS 26', { macos: 26, privateApi: true }],
  ['AppleScript, macOS 15', { macos: 15, privateApi: false }],
] as const)('%s', (_name, options) => {
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

  describeChannel('relay, BlueBubbles', {
    setup: () => setup(app, other, options),
    recipients: {
      accepted: '+12025550100',
      refusedForGood: '+12025550103',
      refusedForNow: '+12025550104',
      slow: '+12025550114',
      lostThoughSent: '+12025550105',
      lostNotSent: '+12025550106',
      notOnChannel: '+12025550102',
    },
    badConfigs: [{ host: 'mac.local' }, { serverUrl: 'http://127.0.0.1:1234' }],
    cannotReconcile: null,
    tellsNothing: 'its news comes over the link to the whole engine (test/relay/bluebubbles-driver.test.ts)',
  });
});
