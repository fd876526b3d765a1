/** The relay channel, against a real agent that keeps a real link to a real server. */
import { afterAll, beforeAll } from 'vitest';
import type { Channel } from '../../src/channels/channel.ts';
import { openApp, type TestApp } from '../harness.ts';
import { channelLineOf, devicesOf, openMac } from '../relay/mac.ts';
import { until } from '../until.ts';
import { describeChannel } from './channel-conformance.ts';

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

describeChannel('relay', {
  async setup() {
    const mac = await openMac(app);
    const line = channelLineOf(mac);
    return {
      channel: app.deps.channels.get('relay') as Channel,
      reopen: async () => other.deps.channels.get('relay') as Channel,
      line,
      copies: async (reference) => (await mac.copies()).filter((copy) => copy.reference === reference).length,
      async goDown() {
        await mac.agent.stop();
        await until('the server heard its goodbye', async () => !(await devicesOf(mac))[0]?.connected);
        return line;
      },
      close: () => mac.close(),
    };
  },
  recipients: {
    accepted: '+12025550100',
    refusedForGood: '+12025550103',
    refusedForNow: '+12025550104',
    slow: '+12025550108',
    lostThoughSent: '+12025550105',
    lostNotSent: '+12025550106',
    notOnChannel: '+12025550102',
  },
  badConfigs: [{ host: 'mac.local' }, { token: 'x' }],
  cannotReconcile: null,
  tellsNothing: 'its news comes over the link to the whole engine (test/relay/whole.test.ts)',
});
