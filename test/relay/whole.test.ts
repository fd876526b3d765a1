/** The road with a Mac at its end: paired by a code, it sends, tells of receipts and replies, and brings attachments both ways. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepFile, objectKey } from '../../src/actions/attachments/keep-file.ts';
import type { Channel, OutgoingAttachment } from '../../src/channels/channel.ts';
import type { News } from '../../src/domain/news.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Driver } from '../../src/relay/driver.ts';
import { createSandboxDriver } from '../../src/relay/drivers/sandbox.ts';
import { attachmentOf } from '../attachments.ts';
import { openFileServer, PNG } from '../file-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leaseOf } from '../leases.ts';
import { until } from '../until.ts';
import { newPhone, read } from '../workspaces.ts';
import { channelLineOf, devicesOf, isConnected, type Mac, openMac } from './mac.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const relay = () => app.deps.channels.get('relay') as Channel;

describe('a line with a Mac', () => {
  test('sends once, and hears that it was delivered and read', async () => {
    const mac = await openMac(app);
    const recipientPhone = '+12025550101';
    const { body } = await mac.workspace.send({ message: 'Hello {firstName|there}', recipientPhone });
    expect(body.message).toMatchObject({ status: 'sent', fromLineId: mac.line._id });
    await until('it is read', async () => (await mac.workspace.message(body.message._id)).readAt);
    const [copy, ...more] = await mac.copies();
    expect(copy).toMatchObject({ address: recipientPhone, text: 'Hello there', reference: body.message._id });
    expect(more).toEqual([]);
    expect((await mac.workspace.message(body.message._id)).externalMessageId).toBe(copy?.id);
    const types = (await mac.workspace.timeline(body.message._id)).map(({ type }) => type);
    expect(types.filter((type) => type === 'message.sent')).toHaveLength(1);
    await mac.close();
  });

  test('hears STOP, and writes to that contact no more', async () => {
    const mac = await openMac(app);
    const { workspaceId } = mac.workspace;
    const to = { message: 'Hi', recipientPhone: '+12025550109' };
    await mac.workspace.send(to);
    await until('the contact is opted out', async () => {
      const said = await read(app, 'SELECT words FROM suppressions WHERE workspace_id = $1', [workspaceId]);
      return said.length > 0;
    });
    const { body } = await mac.workspace.send(to);
    expect(body.message).toMatchObject({ status: 'failed', reason: 'dnc' });
    expect(await mac.copies()).toHaveLength(1);
    await mac.close();
  });

  test('that was away when a contact wrote tells of it later, once', async () => {
    const mac = await openMac(app);
    await mac.workspace.send({ message: 'Hi', recipientPhone: '+12025550110' });
    await mac.agent.stop();
    await mac.start();
    const received = () =>
      read(app, "SELECT message FROM messages WHERE workspace_id = $1 AND direction = 'received'", [
        mac.workspace.workspaceId,
      ]);
    await until('the reply is there', async () => (await received()).length > 0);
    await mac.agent.stop();
    await mac.start();
    await isConnected(mac);
    expect(await received()).toEqual([{ message: "Yes, I'm interested!" }]);
    await mac.close();
  });

  test('is reached from a process that does not keep its link, attachments and all', async () => {
    // What a bucket is to several machines.
    const dataDir = await mkdtemp(path.join(tmpdir(), 'shared-'));
    const config = { allowPrivateHosts: true, dataDir };
    const api = await openApp({ role: 'api', config });
    const { databaseUrl, key } = api;
    const sending = await openApp({ role: 'dispatcher', databaseUrl, key, config });
    const mac = await openMac(api);
    const web = await openFileServer();
    const { body } = await mac.workspace.send({
      message: 'Look',
      recipientPhone: newPhone(),
      attachmentUrls: [web.lay('/a.png', PNG)],
    });
    expect(body.message.status).toMatch(/sent|delivered/);
    const [copy, ...more] = await mac.copies();
    expect(more).toEqual([]);
    expect(copy?.files).toMatchObject([{ name: 'a.png', mimeType: 'image/png' }]);
    expect(await readFile(path.join(mac.dataDir, 'files', copy?.files[0]?.hash ?? ''))).toEqual(PNG);
    await web.close();
    await mac.close();
    await sending.close();
    await api.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('that can’t send now says why: in its health, and to whoever sends', async () => {
    const mac = await openMac(app, { starts: false });
    const broken: Driver = {
      ...sandboxOf(mac.dataDir),
      selfTest: async () => ({
        ok: false,
        checks: [{ check: 'full-disk-access', ok: false, message: 'Allow Full Disk Access to node' }],
        versions: { macos: '26.1' },
      }),
    };
    await mac.start({ driver: broken });
    await isConnected(mac);
    const line = channelLineOf(mac);
    expect(await relay().checkHealth(line)).toEqual({
      healthy: false,
      message: 'The Mac "Test Mac" can\'t send now: Allow Full Disk Access to node',
    });
    const outcome = await relay().send(line, outgoing(newPhone()), leaseOf());
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, lineBad: true });
    const [device] = await devicesOf(mac);
    expect(device).toMatchObject({ agentVersion: '0.0.1', selfTest: { versions: { macos: '26.1' } } });
    await mac.close();
  });
});

describe('attachments', () => {
  test('go to the Mac once, by their hash, whole; a second message needs no second fetch', async () => {
    const mac = await openMac(app);
    const bytes = Buffer.alloc(1_300_000, 'trunkline ');
    const file = await keep(mac, bytes);
    for (let n = 0; n < 2; n += 1) {
      const message = outgoing(newPhone(), [file], n);
      expect(await relay().send(channelLineOf(mac), message, leaseOf())).toMatchObject({
        outcome: 'accepted',
      });
      // From now on only the Mac has it.
      await rm(placeOf(mac, file), { force: true });
    }
    expect(await readFile(path.join(mac.dataDir, 'files', file.hash))).toEqual(bytes);
    expect((await mac.copies()).map(({ files }) => files)).toEqual([
      [{ name: 'picture.png', mimeType: 'image/png', hash: file.hash }],
      [{ name: 'picture.png', mimeType: 'image/png', hash: file.hash }],
    ]);
    await mac.close();
  });

  test('whose bytes are not the promised ones are never sent', async () => {
    const mac = await openMac(app);
    const file = await keep(mac, Buffer.from('one'));
    await writeFile(placeOf(mac, file), 'two');
    const outcome = await relay().send(channelLineOf(mac), outgoing(newPhone(), [file]), leaseOf());
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, code: 'attachment_missing' });
    expect(await mac.copies()).toEqual([]);
    await mac.close();
  });

  test('that came in are brought up when somebody asks, in pieces, and leave nothing behind', async () => {
    const mac = await openMac(app, { starts: false });
    const content = 'a picture '.repeat(150_000);
    await mac.start({ driver: sandboxOf(mac.dataDir) });
    await isConnected(mac);
    const open = relay().openInboundAttachment;
    const never = new AbortController().signal;
    const bytes = await open?.(channelLineOf(mac), content.slice(0, 200_000), never);
    expect(await text(bytes as Readable)).toBe(content.slice(0, 200_000));
    await expect(open?.(channelLineOf(mac), 17, never)).rejects.toThrow(/No such attachment/);
    expect(await read(app, 'SELECT 1 FROM relay_file_pieces')).toEqual([]);
    await mac.close();
  });

  test('that are larger than 25 MB are refused by the Mac', async () => {
    const mac = await openMac(app, { starts: false });
    async function* endless() {
      for (;;) yield Buffer.alloc(1024 * 1024);
    }
    const driver = { ...sandboxOf(mac.dataDir), openAttachment: async () => Readable.from(endless()) };
    await mac.start({ driver });
    await isConnected(mac);
    const fetching = relay().openInboundAttachment?.(channelLineOf(mac), 'x', new AbortController().signal);
    await expect(fetching).rejects.toThrow(/larger than 25 MB/);
    expect(await read(app, 'SELECT 1 FROM relay_file_pieces')).toEqual([]);
    await mac.close();
  });
});

describe('what else a Mac can do', () => {
  test('tapbacks and typing signs reach it, and a driver that knows none says so', async () => {
    const mac = await openMac(app, { starts: false });
    const asked: unknown[] = [];
    const { showTyping: _, ...driver } = sandboxOf(mac.dataDir);
    const react: Driver['react'] = async (...what) => {
      asked.push(what);
      return { done: true };
    };
    await mac.start({ driver: { ...driver, react } });
    await isConnected(mac);
    const [line, on] = [channelLineOf(mac), { externalMessageId: 'guid-1', address: newPhone() }];
    expect(await relay().react?.(line, on, 'love', false)).toEqual({ done: true });
    expect(asked).toEqual([[on, 'love', false]]);
    expect(await relay().showTyping?.(line, on, true)).toMatchObject({
      done: false,
      message: expect.stringContaining('knows no typing signs'),
    });
    await mac.close();
  });

  test('an address is checked there before it is written to', async () => {
    const mac = await openMac(app);
    const { body } = await mac.workspace.send({ message: 'Hi', recipientPhone: '+12025550102' });
    expect(body.message).toMatchObject({ status: 'fallback', reason: 'not_on_imessage' });
    expect(await mac.copies()).toEqual([]);
    await mac.close();
  });

  test('tapbacks of contacts, and messages with attachments, come in', async () => {
    const mac = await openMac(app, { starts: false });
    const from = newPhone();
    const news: News[] = [
      {
        news: 'inbound',
        from,
        text: 'Look\u0000!',
        externalMessageId: 'guid-in',
        attachments: [{ name: 'a.heic', mimeType: 'image/heic', source: { row: 7 } }],
      },
      {
        news: 'reaction',
        from,
        targetExternalMessageId: 'guid-x',
        reaction: 'love',
        isRemoved: false,
        externalMessageId: 'guid-r',
      },
    ];
    let told = false;
    const driver: Driver = {
      ...sandboxOf(mac.dataDir),
      async askForNews() {
        const answer = { news: told ? [] : news, cursor: { told: true }, more: false };
        told = true;
        return answer;
      },
    };
    await mac.start({ driver });
    const [message] = await until('it is there', async () => {
      const rows = await read<{ message: string }>(
        app,
        "SELECT message FROM messages WHERE workspace_id = $1 AND direction = 'received'",
        [mac.workspace.workspaceId],
      );
      return rows.length > 0 ? rows : null;
    });
    expect(message).toEqual({ message: 'Look!' });
    await mac.close();
  });
});

function sandboxOf(dataDir: string): Driver {
  return createSandboxDriver({ dataDir, clock: systemClock() });
}

function outgoing(address: string, attachments: OutgoingAttachment[] = [], n = 0) {
  const reference = `${createHash('sha256').update(`${address} ${n}`).digest('hex').slice(0, 24)}`;
  const nothing = { subject: null, validUntil: null };
  return {
    reference,
    attempt: 1,
    address,
    messageType: 'imessage' as const,
    text: 'Hi',
    attachments,
    ...nothing,
  };
}

/** A file of the workspace, as the engine hands it to a channel. */
async function keep({ workspace: { workspaceId } }: Mac, bytes: Buffer): Promise<OutgoingAttachment> {
  const about = { origin: 'uploaded', sourceUrl: null } as const;
  const { hash } = await keepFile(app.deps, workspaceId, Readable.from([bytes]), about);
  return attachmentOf({ name: 'picture.png', mimeType: 'image/png', bytes, hash });
}

/** Where the server has its bytes. */
function placeOf({ workspace: { workspaceId } }: Mac, { hash }: OutgoingAttachment): string {
  return path.join(app.deps.config.dataDir, 'files', ...objectKey(workspaceId, hash).split('/'));
}
