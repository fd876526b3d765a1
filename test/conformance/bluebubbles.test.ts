/** The bluebubbles channel against a faithful fake of a BlueBubbles server: the port's suite, over both of its ways. */
import { openMac } from '../bluebubbles.ts';
import type { FakeOptions } from '../fakes/bluebubbles/server.ts';
import { describeChannel, type FarSide } from './channel-conformance.ts';

const recipients = {
  accepted: '+12025550100',
  refusedForGood: '+12025550103',
  refusedForNow: '+12025550104',
  slow: '+12025550114',
  lostThoughSent: '+12025550105',
  lostNotSent: '+12025550106',
  notOnChannel: '+12025550102',
};
const badConfigs = [
  { serverUrl: 'mac.example.com' },
  { serverUrl: 'ftp://mac.example.com' },
  { serverUrl: null },
  { serverUrl: 'http://user:secret@mac.example.com' },
  { serverUrl: 'http://mac.example.com/?guid=secret' },
  { method: 'pigeon' },
  { method: null },
  { password: 'secret' },
];

async function setup(options: FakeOptions): Promise<FarSide> {
  const { server, channel, line, reopen, close } = await openMac(options);
  return {
    channel,
    line,
    reopen: async () => reopen(),
    copies: async (reference) => server.copies(reference).length,
    async goDown() {
      await server.stop();
      return line;
    },
    close,
  };
}

describeChannel('bluebubbles, Private API', {
  setup: () => setup({ macos: 26, privateApi: true }),
  recipients,
  badConfigs,
  cannotReconcile: null,
  tellsNothing: null,
});

describeChannel('bluebubbles, AppleScript', {
  setup: () => setup({ macos: 15, privateApi: false }),
  recipients,
  badConfigs,
  cannotReconcile: null,
  tellsNothing: null,
});
