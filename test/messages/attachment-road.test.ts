/** From a URL in a request to bytes in a carrier's hands, and what is said when they can't be had (contract 4.6, D27). */
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutgoingAttachment } from '../../src/channels/channel.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { CAF, type FileServer, openFileServer, PNG } from '../file-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { type ScriptedCarrier, scriptedCarrier } from '../scripted-carrier.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;

let clock: LeapingClock;
let carrier: ScriptedCarrier;
let app: TestApp;
let files: FileServer;
let ws: Workspace;
/** A type that the carrier can't carry. */
let refused: string | null;

beforeEach(async () => {
  clock = leapingClock();
  carrier = scriptedCarrier();
  refused = null;
  carrier.refuseAttachments = (_line, attachments) =>
    attachments.some(({ mimeType }) => mimeType === refused) ? 'Voice notes do not go by MMS' : null;
  files = await openFileServer();
  app = await openApp({
    clock,
    channels: new Map([['sandbox', carrier]] as const),
    config: { allowPrivateHosts: true, publicUrl: 'https://trunkline.example.com' },
  });
  ws = await openWorkspace(app, { lines: [{ retryGapMs: 10, attempts: 3 }] });
});
afterEach(async () => {
  // First: whatever still waits for its bytes is done then.
  await files.close();
  await app.close();
});

const send = async (attachmentUrls: string[], more: Record<string, unknown> = {}): Promise<Message> =>
  accept(ws, { message: 'Look', recipientPhone: newPhone(), attachmentUrls, ...more });

async function bytesOf(attachment: OutgoingAttachment | undefined): Promise<Buffer> {
  return attachment === undefined ? Buffer.alloc(0) : buffer(await attachment.open());
}

async function lastEvent(id: string, type: string) {
  return (await ws.timeline(id)).findLast((event) => event.type === type);
}

describe('an attachment', () => {
  test('is in hand when its carrier gets the message: bytes, hash, sniffed type, names, an address of ours', async () => {
    const urls = [files.lay('/a/voice', CAF), files.lay('/b.bin', PNG)];
    const { _id } = await send(urls, { attachmentNames: [null, 'Plan.png'] });
    await ws.reaches(_id, 'sent');
    const [outgoing] = carrier.taken;
    expect(outgoing?.attachments).toMatchObject([
      { url: urls[0], name: 'voice.caf', mimeType: 'audio/x-caf', sizeBytes: CAF.length },
      { url: urls[1], name: 'Plan.png', mimeType: 'image/png', sizeBytes: PNG.length },
    ]);
    for (const [index, bytes] of [CAF, PNG].entries()) {
      const attachment = outgoing?.attachments[index];
      for (let time = 0; time < 2; time += 1) expect((await bytesOf(attachment)).equals(bytes)).toBe(true);
      expect(attachment?.hash).toBe(createHash('sha256').update(bytes).digest('hex'));
      const { origin, pathname } = new URL(attachment?.publicUrl ?? '');
      expect(origin).toBe('https://trunkline.example.com');
      expect(await (await fetch(app.url + pathname)).bytes()).toEqual(new Uint8Array(bytes));
    }
    expect((await lastEvent(_id, 'message.sent'))?.data.attachments).toMatchObject([
      { url: urls[0], result: 'downloaded' },
      { url: urls[1], result: 'downloaded' },
    ]);
  });

  test('is downloaded once: the next message finds it, and after an hour its server is only asked whether it changed', async () => {
    let content = PNG;
    const url = files.lay('/a.png', (response, { headers }) => {
      const etag = `"${content.length}"`;
      if (headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag }).end(content);
    });
    const results: unknown[] = [];
    const sendOnce = async () => {
      const { _id } = await send([url]);
      await ws.reaches(_id, 'sent');
      const event = await lastEvent(_id, 'message.sent');
      const notes = (event?.data.attachments ?? []) as { result: string }[];
      results.push(notes[0]?.result);
    };
    await sendOnce();
    await sendOnce();
    clock.leap(2 * HOUR);
    await sendOnce();
    await sendOnce();
    content = CAF;
    clock.leap(2 * HOUR);
    await sendOnce();
    expect(results).toEqual(['downloaded', 'cached', 'unchanged', 'cached', 'downloaded']);
    expect(files.asked).toHaveLength(3);
    expect(carrier.taken.map(({ attachments }) => attachments[0]?.mimeType)).toEqual([
      ...Array(4).fill('image/png'),
      'audio/x-caf',
    ]);
  });

  test('that many messages want at once is asked for once', async () => {
    const url = files.lay('/a.png', PNG);
    const { lines } = await openLines(5);
    const sent = await Promise.all(lines.map((fromLineId) => send([url], { fromLineId })));
    for (const { _id } of sent) await ws.reaches(_id, 'sent');
    expect(files.asked.length).toBeLessThanOrEqual(2);
    expect(await read(app, 'SELECT id FROM files WHERE workspace_id = $1', [ws.workspaceId])).toHaveLength(1);
  });

  async function openLines(count: number) {
    const made = await Promise.all(
      Array.from({ length: count }, () =>
        ws.call<{ line: { _id: string } }>('POST', '/api/lines', { transport: 'sandbox', phone: newPhone() }),
      ),
    );
    return { lines: made.map(({ body }) => body.line._id) };
  }

  test('whose bytes were lost is fetched again', async () => {
    const url = files.lay('/a.png', PNG);
    await ws.reaches((await send([url]))._id, 'sent');
    await rm(path.join(app.deps.config.dataDir, 'files'), { recursive: true });
    await ws.reaches((await send([url]))._id, 'sent');
    expect(files.asked).toHaveLength(2);
    expect(await bytesOf(carrier.taken[1]?.attachments[0])).toEqual(PNG);
  });

  test('is one workspace’s own: the same bytes of another lie apart', async () => {
    const url = files.lay('/a.png', PNG);
    const other = await openWorkspace(app);
    await ws.reaches((await send([url]))._id, 'sent');
    const { _id } = await accept(other, { recipientPhone: newPhone(), attachmentUrls: [url] });
    await other.reaches(_id, 'sent');
    expect(files.asked).toHaveLength(2);
    const owners = await readdir(path.join(app.deps.config.dataDir, 'files'));
    expect(owners.sort()).toEqual([ws.workspaceId, other.workspaceId].sort());
  });

  test('gives the carrier until its window closes, or the message expires', async () => {
    const url = files.lay('/a.png', PNG);
    const window = { timezone: 'UTC', sendWindowStart: '00:00', sendWindowEnd: '23:59' };
    await ws.reaches((await send([url], window))._id, 'sent');
    await ws.reaches((await send([url]))._id, 'sent');
    const [bound, free] = carrier.taken;
    expect(bound?.validUntil).toBeGreaterThan(clock.now());
    expect(bound?.validUntil).toBeLessThanOrEqual(clock.now() + 24 * HOUR);
    expect(free?.validUntil).toBeNull();
  });
});

describe('an attachment that can’t be had', () => {
  test.each([
    ['attachment_gone', 'Its server answers 404', () => `${files.url}/nothing`],
    ['attachment_gone', 'Its server answers 410', () => files.lay('/x', (r) => void r.writeHead(410).end())],
    [
      'attachment_gone',
      'Its server answers 403',
      () => files.lay('/x', (r) => void r.writeHead(403).end('no')),
    ],
    ['attachment_not_carried', 'The file is empty', () => files.lay('/x', Buffer.alloc(0))],
    ['attachment_blocked', 'Port 25 belongs', () => 'http://127.0.0.1:25/'],
    ['attachment_blocked', 'user name or password', () => 'http://user:word@127.0.0.1/'],
    ['attachment_too_large', 'Larger than 25 MB', () => files.lay('/x', Buffer.alloc(25_000_001))],
  ])('for good ends the message at once: %s, %s', async (code, sentence, lay) => {
    const { _id } = await send([lay()]);
    const message = await ws.reaches(_id, 'failed');
    expect(message).toMatchObject({
      reason: 'refused',
      attempt: 1,
      errorMessage: expect.stringContaining(sentence),
    });
    const event = await lastEvent(_id, 'message.failed');
    expect(event?.data).toMatchObject({
      code,
      attachments: [{ result: 'failed', error: expect.stringContaining(sentence) }],
    });
    expect(carrier.taken).toEqual([]);
  });

  test('for now is tried again as often as its message may be, and is no fault of the line', async () => {
    let failures = 2;
    const url = files.lay('/x', (response) => {
      failures -= 1;
      if (failures >= 0) response.writeHead(503).end();
      else response.end(PNG);
    });
    const { _id } = await send([url]);
    expect(await ws.reaches(_id, 'sent')).toMatchObject({ attempt: 3 });
    const dead = files.lay('/y', (response) => void response.destroy());
    const message = await ws.reaches((await send([dead]))._id, 'failed');
    expect(message).toMatchObject({ reason: 'retries_exhausted', attempt: 3 });
    expect(message.errorMessage).toContain("It can't be reached");
    const [line] = await read<{ refusals: number; failed: number }>(
      app,
      `SELECT l.refusals, (SELECT coalesce(sum(failed), 0) FROM line_tallies t WHERE t.line_id = l.id) AS failed
       FROM lines l WHERE l.workspace_id = $1`,
      [ws.workspaceId],
    );
    expect(line).toEqual({ refusals: 0, failed: 0 });
  });

  test('is refused before anything is sent when the carrier can’t carry it, in the carrier’s words', async () => {
    refused = 'audio/x-caf';
    const { _id } = await send([files.lay('/a', CAF)]);
    const message = await ws.reaches(_id, 'failed');
    expect(message).toMatchObject({ reason: 'refused', errorMessage: 'Voice notes do not go by MMS' });
    expect((await lastEvent(_id, 'message.failed'))?.data.code).toBe('attachment_not_carried');
    expect(carrier.taken).toEqual([]);
  });

  test('does not hold up the line: others go while it is waited for', async () => {
    const hanging = files.lay('/hangs', () => {});
    const { _id } = await send([hanging]);
    await until('it is asked for', () => files.asked.length === 1);
    const { _id: next } = await accept(ws, { recipientPhone: newPhone() });
    await ws.reaches(next, 'sent');
    expect((await ws.message(_id)).status).toBe('sending');
  });

  test('gives back what was reserved for it', async () => {
    await ws.reaches((await send([`${files.url}/nothing`]))._id, 'failed');
    const [line] = await read<{ total: number; fresh: number }>(
      app,
      'SELECT total_messages_today AS total, new_conversations_today AS fresh FROM lines WHERE workspace_id = $1',
      [ws.workspaceId],
    );
    expect(line).toEqual({ total: 0, fresh: 0 });
  });
});

describe('a process that dies over an attachment', () => {
  test('has certainly not sent it: the message goes by the next one, no carrier is asked', async () => {
    const hanging = files.lay('/a.png', () => {});
    const { _id } = await send([hanging]);
    await until('it is asked for', () => files.asked.length === 1);
    files.lay('/a.png', PNG);
    // By the clock its lease is over, and it still waits for its bytes.
    clock.leap(3 * 60_000);
    const message = await until('it goes again', async () => {
      const found = await ws.message(_id);
      return found.attempt > 1 ? found : null;
    });
    expect((await ws.timeline(_id)).map(({ type }) => type)).not.toContain('message.unknown');
    expect(message.attempts).toBeGreaterThan(3);
  });

  test('and comes back too late does not hand it over beside the next one', async () => {
    const held = Promise.withResolvers<void>();
    let visits = 0;
    const other = await openApp({
      clock,
      channels: new Map([['sandbox', carrier]] as const),
      config: { allowPrivateHosts: true },
      checkpoint: async (label) => {
        if (label !== 'attachments.collected') return;
        visits += 1;
        if (visits === 1) await held.promise;
      },
    });
    const its = await openWorkspace(other, { lines: [{ retryGapMs: 10 }] });
    const attachmentUrls = [files.lay('/a.png', PNG)];
    const { _id } = await accept(its, { recipientPhone: newPhone(), attachmentUrls });
    await until('it stands still with the attachment in its hands', () => visits === 1);
    clock.leap(3 * 60_000);
    await its.reaches(_id, 'sent');
    held.resolve();
    await other.close();
    expect(carrier.taken.map(({ attempt }) => attempt)).toEqual([2]);
  });

  test('because it is told to stop does not wait for the bytes', async () => {
    const { _id } = await send([files.lay('/hangs', () => {})]);
    await until('it is asked for', () => files.asked.length === 1);
    await app.startDispatcher()?.stop();
    expect(await ws.message(_id)).toMatchObject({ status: 'queued', attempt: 1, attempts: 4 });
  });
});
