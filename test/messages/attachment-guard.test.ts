/** What a workspace may not make the server fetch (D27): blocked, with the reason on the message's timeline. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuardedFetch } from '../../src/lib/guarded-fetch.ts';
import { type FileServer, openFileServer } from '../file-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

let app: TestApp;
let files: FileServer;
let ws: Workspace;
const looked: string[] = [];

beforeAll(async () => {
  files = await openFileServer();
  // Of this machine's addresses one counts as public; `rebinding.example` is there the first time, and then elsewhere.
  const web = createGuardedFetch({
    allowPrivateHosts: false,
    isPublic: (address) => address === '127.0.0.1',
    lookup(host, _options, done) {
      looked.push(host);
      const isInside =
        host.startsWith('inside') || looked.filter((each) => each === 'rebinding.example').length > 1;
      done(null, [{ address: isInside ? '127.0.0.2' : '127.0.0.1', family: 4 }]);
    },
  });
  app = await openApp({ web });
  ws = await openWorkspace(app, { lines: [{ retryGapMs: 10, attempts: 2 }] });
});
afterAll(async () => {
  await files.close();
  await app.close();
});

async function outcomeOf(url: string) {
  const { _id } = await accept(ws, { recipientPhone: newPhone(), attachmentUrls: [url] });
  await ws.reaches(_id, 'failed');
  return (await ws.timeline(_id)).findLast(({ type }) => type === 'message.failed')?.data;
}

describe('blocked, and the timeline says why', () => {
  test.each([
    '127.0.0.2',
    '127.2',
    '2130706434',
    '0x7f000002',
    '0177.0.0.2',
    '0',
    '[::1]',
    '[::ffff:127.0.0.2]',
    '[::7f00:2]',
    '[64:ff9b::127.0.0.2]',
    '[2002:7f00:2::1]',
    '[fd00:ec2::254]',
    '169.254.169.254',
    'inside.example',
  ])('%s', async (host) => {
    const before = files.asked.length;
    const data = await outcomeOf(`http://${host}:${files.port}/a.png`);
    expect(data).toMatchObject({
      code: 'attachment_blocked',
      error: expect.stringContaining('is not a public address'),
      attachments: [{ result: 'failed', error: expect.stringContaining('is not a public address') }],
    });
    expect(files.asked).toHaveLength(before);
  });

  test('a redirect to such an address, and one that never ends', async () => {
    const inward = files.lay(
      '/in',
      (response) =>
        void response.writeHead(302, { location: `http://inside.example:${files.port}/secret` }).end(),
    );
    expect(await outcomeOf(inward)).toMatchObject({ code: 'attachment_blocked' });
    const round = files.lay(
      '/round',
      (response) => void response.writeHead(302, { location: '/round' }).end(),
    );
    expect(await outcomeOf(round)).toMatchObject({
      code: 'attachment_blocked',
      error: expect.stringContaining('redirects'),
    });
    expect(files.asked.map(({ path }) => path)).not.toContain('/secret');
  });

  test('a name that changed its mind between two looks', async () => {
    files.lay('/rebind', (response) => void response.writeHead(503, { connection: 'close' }).end());
    expect(await outcomeOf(`http://rebinding.example:${files.port}/rebind`)).toMatchObject({
      code: 'attachment_blocked',
    });
  });

  test('a body that is too large, that never ends, or that unpacks without end', async () => {
    const huge = files.lay('/huge', Buffer.alloc(25_000_001));
    const endless = files.lay('/endless', (response) => {
      const more = () => {
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    for (const url of [huge, endless])
      expect(await outcomeOf(url)).toMatchObject({
        code: 'attachment_too_large',
        error: expect.stringContaining('Larger than 25 MB'),
      });
  });
});
