/**
 * The fallback matrix of contract 4.11 through real channel code: iMessage by a simulated line, SMS by Twilio. Every row,
 * and never two SMS for one original, whatever goes wrong in between.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newApiKey } from '../../src/actions/workspace/bootstrap.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { FALLBACK_MATRIX } from '../../src/domain/fallback.ts';
import { openClient } from '../client.ts';
import { createTestDatabase } from '../database.ts';
import { RECIPIENTS } from '../fakes/twilio/script.ts';
import { type FakeTwilio, startTwilio } from '../fakes/twilio/server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { launch, type Program, says } from '../program.ts';
import { openTunnel, type Tunnel } from '../tunnel.ts';
import { until } from '../until.ts';
import { addLine, openWorkspace, type Workspace } from '../workspaces.ts';

const OURS = '+12025550190';
/** Simulated phones without iMessage, and one whose iMessage is refused. To Twilio all are ordinary numbers. */
const NO_IMESSAGE = '+12025550102';
const REFUSED = '+12025550103';

let twilio: FakeTwilio;
let tunnel: Tunnel;
let app: TestApp;

beforeAll(async () => {
  twilio = await startTwilio({ numbers: [OURS] });
  tunnel = await openTunnel();
  app = await openApp({ config: { twilioUrl: twilio.url, allowPrivateHosts: true, publicUrl: tunnel.url } });
  tunnel.target = app.url;
});
afterAll(async () => {
  await app.close();
  await tunnel.close();
  await twilio.close();
});

const account = () => ({
  provider: 'twilio',
  accountSid: twilio.accountSid,
  authToken: twilio.authToken,
  fromNumber: OURS,
});

async function open({ configured = true }: { configured?: boolean } = {}): Promise<Workspace> {
  const ws = await openWorkspace(app);
  if (configured)
    expect((await ws.call('PATCH', '/api/workspace/fallback-config', account())).status).toBe(200);
  return ws;
}

async function smsOf(ws: Workspace, { _id }: { _id: string }): Promise<Message[]> {
  const { body } = await ws.call<{ messages: Message[] }>('GET', '/api/messages?messageType=sms');
  return body.messages.filter((each) => each.fallbackOf === _id);
}

const copiesOf = (sms: Message | undefined) =>
  twilio.messages.filter(({ parameters }) => parameters.get('StatusCallback')?.includes(`mid=${sms?._id}`));

describe('the fallback matrix', () => {
  test.each(FALLBACK_MATRIX)(
    'of $status with the flag $flag and a configuration $configured: an SMS goes is $sms',
    async ({ status, flag, configured, sms: goes }) => {
      const ws = await open({ configured });
      // Without a configuration the flag is refused at the call (the last row): it can only be set before.
      if (flag && !configured) {
        await ws.call('PATCH', '/api/workspace/fallback-config', account());
        await ws.call('PATCH', '/api/workspace/fallback-config', { sendFallbackSmsOnFailed: true });
        await app.deps.database.query(
          { name: '', text: 'UPDATE workspaces SET fallback_enabled = false WHERE workspace_id = $1' },
          [ws.workspaceId],
        );
        app.deps.snapshots.forget(ws.workspaceId);
      }
      const recipientPhone = status === 'fallback' ? NO_IMESSAGE : REFUSED;
      const asks = flag && configured ? { sendFallbackSmsOnFailed: true } : {};
      const { body } = await ws.send({ message: 'Hi {firstName|there}', recipientPhone, ...asks });
      expect(body.message).toMatchObject({ status, fallbackSmsDispatched: goes });
      const [sms, ...more] = await smsOf(ws, body.message);
      expect(more).toEqual([]);
      if (!goes) return expect(sms).toBeUndefined();
      await ws.reaches(sms?._id ?? '', 'delivered');
      expect(copiesOf(sms)).toMatchObject([{ to: recipientPhone, from: OURS, body: 'Hi there' }]);
      return expect((await ws.message(body.message._id)).status).toBe(status);
    },
  );

  test('with the flag and no configuration is refused when it is asked for', async () => {
    const ws = await open({ configured: false });
    const asked = { message: 'Hi', recipientPhone: REFUSED, sendFallbackSmsOnFailed: true };
    expect(await ws.send(asked)).toMatchObject({ status: 400, body: { code: 'FALLBACK_NOT_CONFIGURED' } });
  });

  test('by force: without a look at iMessage, text only', async () => {
    const ws = await open();
    const attachmentUrls = ['https://example.com/a.png'];
    const asked = { message: 'Look', recipientPhone: '+12025550177', attachmentUrls, forceFallback: true };
    const { body } = await ws.send(asked, { prefer: 'wait=0' });
    expect(body).toMatchObject({ status: 'fallback' });
    const [sms] = await smsOf(ws, body.message);
    await ws.reaches(sms?._id ?? '', 'delivered');
    expect(copiesOf(sms).map(({ body: words, media }) => [words, media])).toEqual([['Look', []]]);
    expect(await ws.phone('+12025550177')).toEqual([]);
  });

  test('needs a phone: an iMessage to an e-mail address alone never gets an SMS', async () => {
    const ws = await open();
    const { body } = await ws.send({ message: 'Hi', recipientEmail: 'imessage+no@example.com' });
    expect(body.message).toMatchObject({ status: 'fallback', fallbackSmsDispatched: false });
    expect(await smsOf(ws, body.message)).toEqual([]);
  });

  test.each(['+15005550108', '+15005550114', '+15005550115', '+15005550117'])(
    'sends one SMS and no second, also to $0 where things go wrong',
    async (recipientPhone) => {
      expect(RECIPIENTS[recipientPhone]).toBeDefined();
      const ws = await open();
      const line = (await ws.call<{ lineId: string }>('GET', '/api/workspace/fallback-config')).body.lineId;
      await ws.call('PATCH', `/api/lines/${line}`, { retryGapMs: 100 });
      const { body } = await ws.send(
        { message: 'Hi', recipientPhone, forceFallback: true },
        { prefer: 'wait=0' },
      );
      const [sms] = await smsOf(ws, body.message);
      await ws.reaches(sms?._id ?? '', 'delivered');
      expect(copiesOf(sms)).toHaveLength(1);
      expect(await smsOf(ws, body.message)).toHaveLength(1);
    },
  );
});

describe('a server that is killed in the middle of a send', () => {
  test('leaves one copy at Twilio: the next one finds it there by asking, and sends nothing again', async () => {
    const database = await createTestDatabase();
    const key = newApiKey();
    const programs: Program[] = [];
    const start = async () => {
      const program = launch(['serve'], {
        DATABASE_URL: database.url,
        PORT: '0',
        TRUNKLINE_BOOTSTRAP_KEY: key,
        TRUNKLINE_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
        TRUNKLINE_TWILIO_URL: twilio.url,
        TRUNKLINE_ALLOW_PRIVATE_HOSTS: 'true',
        TRUNKLINE_LEASE_MARGIN_MS: '300',
      });
      programs.push(program);
      const [, url = ''] = await says(program, /listens on (\S+)/);
      return { program, client: openClient(url, key) };
    };
    try {
      const first = await start();
      const line = await addLine(first.client, {
        messageType: 'sms',
        transport: 'twilio',
        phone: OURS,
        transportConfig: { accountSid: twilio.accountSid },
        secret: twilio.authToken,
      });
      // Created at once, answered 20 seconds later.
      const text = `Killed ${line._id}`;
      const recipientPhone = '+15005550113';
      const asked = { message: text, messageType: 'sms', recipientPhone, fromLineId: line._id };
      const { body } = await first.client.send(asked, { prefer: 'wait=0' });
      const copies = () => twilio.messages.filter((each) => each.body === text);
      await until('Twilio has it', () => copies().length === 1);
      first.program.child.kill('SIGKILL');
      await first.program.ended;
      const second = await start();
      const found = await until(
        'it is found',
        async () => {
          const { status, ...rest } = await second.client.message(body.message._id);
          return status === 'sent' || status === 'delivered' ? rest : null;
        },
        100_000,
      );
      expect(found).toMatchObject({ attempt: 1, externalMessageId: copies()[0]?.sid });
      expect(copies()).toHaveLength(1);
    } finally {
      for (const { child, ended } of programs) {
        child.kill('SIGKILL');
        await ended;
      }
      await database.drop();
    }
  });
});
