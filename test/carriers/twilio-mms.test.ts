/** Pictures by MMS, there and back: Twilio fetches ours from us, and we fetch theirs from Twilio. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../src/contract/messages/messages.ts';
import { type FakeTwilio, startTwilio } from '../fakes/twilio/server.ts';
import { type FileServer, openFileServer, PNG } from '../file-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openTunnel, type Tunnel } from '../tunnel.ts';
import { until } from '../until.ts';
import { newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

const OURS = '+12025550190';

let twilio: FakeTwilio;
let tunnel: Tunnel;
let files: FileServer;
let dataDir: string;
let app: TestApp;

beforeAll(async () => {
  twilio = await startTwilio({ numbers: [OURS] });
  tunnel = await openTunnel();
  files = await openFileServer();
  dataDir = await mkdtemp(path.join(tmpdir(), 'trunkline-mms-'));
  const config = { twilioUrl: twilio.url, allowPrivateHosts: true, publicUrl: tunnel.url, dataDir };
  app = await openApp({ config });
  tunnel.target = app.url;
});
afterAll(async () => {
  await app.close();
  await files.close();
  await tunnel.close();
  await twilio.close();
  await rm(dataDir, { recursive: true, force: true });
});

const openTwilio = (): Promise<Workspace> =>
  openWorkspace(app, {
    lines: [
      {
        messageType: 'sms',
        transport: 'twilio',
        phone: OURS,
        transportConfig: { accountSid: twilio.accountSid },
        secret: twilio.authToken,
      },
    ],
  });

test('an MMS is delivered with the picture that was named, fetched by Twilio from our own address', async () => {
  const ws = await openTwilio();
  const attachmentUrls = [files.lay('/sun.png', PNG)];
  const asked = { message: 'The sun', messageType: 'sms', recipientPhone: '+15005550101', attachmentUrls };
  const { body } = await ws.send(asked);
  await ws.reaches(body.message._id, 'delivered');
  const stored = twilio.messages.find(({ parameters }) =>
    parameters.get('StatusCallback')?.includes(body.message._id),
  );
  expect(stored?.sid).toMatch(/^MM/);
  expect(stored?.parameters.get('MediaUrl')).toMatch(`${tunnel.url}/`);
  expect(stored?.media).toMatchObject([{ contentType: 'image/png', bytes: PNG }]);
});

test('a picture that somebody sends is ours to read, and is fetched with credentials from Twilio alone', async () => {
  const ws = await openTwilio();
  const url = `${tunnel.url}/hooks/${ws.workspaceId}/${ws.lines[0]?._id}/inbound`;
  const media = [{ contentType: 'image/png', bytes: PNG }];
  await twilio.receive({ from: newPhone(), to: OURS, body: 'Look', media, url });
  const [address = ''] = await until('the picture is there', async () => {
    const { body } = await ws.call<{ messages: Message[] }>('GET', '/api/messages?direction=received');
    const urls = body.messages[0]?.attachmentUrls ?? [];
    return urls.some((each) => each.startsWith(tunnel.url)) ? urls : null;
  });
  const got = await fetch(address);
  expect([got.status, Buffer.from(await got.arrayBuffer())]).toEqual([200, PNG]);
  expect(twilio.mediaRequests).toEqual([{ authorization: undefined }]);
});

test('what an MMS can’t carry is refused before anything leaves', async () => {
  const ws = await openTwilio();
  const large = files.lay('/large.png', Buffer.concat([PNG, Buffer.alloc(5_000_001)]));
  const before = twilio.requests.filter((each) => each.startsWith('POST')).length;
  const asked = { messageType: 'sms', recipientPhone: '+15005550101', attachmentUrls: [large] };
  const { body } = await ws.send({ message: 'Large', ...asked });
  expect(body.message).toMatchObject({ status: 'failed', errorMessage: expect.stringContaining('5 MB') });
  expect(twilio.requests.filter((each) => each.startsWith('POST'))).toHaveLength(before);
});
