/** Files that callers bring, that come in with messages, and that whoever has the address may read. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AttachmentAnswer } from '../../src/contract/messages/attachment-files.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { CAF, PNG } from '../file-server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { GENUINE, type ScriptedCarrier, scriptedCarrier } from '../scripted-carrier.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;

let clock: LeapingClock;
let carrier: ScriptedCarrier;
let app: TestApp;
let ws: Workspace;
/** What the device gives for a source. */
let held: Map<string, () => Readable>;

beforeEach(async () => {
  clock = leapingClock();
  carrier = scriptedCarrier();
  held = new Map();
  carrier.openInboundAttachment = async (_line, source) => {
    const found = held.get(String(source));
    if (found === undefined) throw new Error('the device is asleep');
    return found();
  };
  app = await openApp({ clock, channels: new Map([['sandbox', carrier]] as const) });
  ws = await openWorkspace(app);
});
afterEach(() => app.close());

function upload(files: { name: string; bytes: Buffer }[], key = ws.key): Promise<Response> {
  const form = new FormData();
  form.append('note', 'ignored');
  for (const { name, bytes } of files)
    form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), name);
  return fetch(`${app.url}/api/attachments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: form,
  });
}

async function uploaded(name: string, bytes: Buffer): Promise<AttachmentAnswer> {
  const answer = await upload([{ name, bytes }]);
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as AttachmentAnswer;
}

describe('an upload', () => {
  test('is stored once per content, and sent without being fetched', async () => {
    const sha256 = createHash('sha256').update(CAF).digest('hex');
    const first = await uploaded('voice memo.caf', CAF);
    expect(first).toMatchObject({
      name: 'voice memo.caf',
      mimeType: 'audio/x-caf',
      sizeBytes: CAF.length,
      sha256,
    });
    const again = await uploaded('other.caf', CAF);
    expect(again.id).toBe(first.id);
    const { _id } = await accept(ws, { recipientPhone: newPhone(), attachmentUrls: [first.url] });
    await ws.reaches(_id, 'sent');
    expect(carrier.taken[0]?.attachments).toMatchObject([
      { name: 'voice memo.caf', hash: sha256, publicUrl: null },
    ]);
    const sent = (await ws.timeline(_id)).find(({ type }) => type === 'message.sent');
    expect(sent?.data.attachments).toMatchObject([{ result: 'own' }]);
  });

  test('of another workspace is refused with 403, also one that never was', async () => {
    const other = await openWorkspace(app);
    const { url } = await uploaded('a.png', PNG);
    const wish = {
      message: 'Hi',
      recipientPhone: newPhone(),
      attachmentUrls: ['https://example.com/a.png', url],
    };
    const { status, body } = await other.send(wish);
    expect([status, body]).toMatchObject([
      403,
      { error: 'Attachment URL does not belong to this organization', param: 'attachmentUrls[1]' },
    ]);
  });

  test('of 25 MB goes, of one byte more is refused; so is none, an empty one, or two', async () => {
    const most = Buffer.alloc(25_000_000, 'x');
    expect((await upload([{ name: 'a', bytes: most }])).status).toBe(201);
    const tooLarge = await upload([{ name: 'a', bytes: Buffer.concat([most, Buffer.from('x')]) }]);
    expect([tooLarge.status, await tooLarge.json()]).toMatchObject([413, { code: 'FILE_TOO_LARGE' }]);
    const pair = [1, 2].map((each) => ({ name: `${each}`, bytes: PNG }));
    for (const wrong of [[], [{ name: 'a', bytes: Buffer.alloc(0) }], pair]) {
      const answer = await upload(wrong);
      expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'FILE_REQUIRED' }]);
    }
    const json = await ws.call('POST', '/api/attachments', { file: 'x' });
    expect([json.status, json.body]).toMatchObject([415, { code: 'UNSUPPORTED_MEDIA_TYPE' }]);
    expect((await upload([{ name: 'a', bytes: PNG }], 'tl_sk_wrong')).status).toBe(401);
  });
});

describe('a file', () => {
  test('is read by whoever has the address, whole, in part, or not at all when it is known', async () => {
    const { url } = await uploaded('Grüße 1.png', PNG);
    const whole = await fetch(url);
    expect(await whole.bytes()).toEqual(new Uint8Array(PNG));
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(PNG.length),
      'x-content-type-options': 'nosniff',
      'content-disposition': `inline; filename="Gr__e 1.png"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%201.png`,
      'cache-control': 'private, max-age=31536000, immutable',
    });
    const part = await fetch(url, { headers: { range: 'bytes=1-3' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      `bytes 1-3/${PNG.length}`,
      'PNG',
    ]);
    expect((await fetch(url, { headers: { range: `bytes=${PNG.length}-` } })).status).toBe(416);
    expect((await fetch(url, { headers: { 'if-none-match': whole.headers.get('etag') ?? '' } })).status).toBe(
      304,
    );
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(PNG.length),
      '',
    ]);
  });

  test('that could run on a page of ours is only downloaded, whatever it is called', async () => {
    for (const text of ['<svg onload="alert(1)">', '<!doctype html><script>', 'words']) {
      const { url } = await uploaded('a.png', Buffer.from(text));
      const { headers } = await fetch(url);
      expect(headers.get('content-disposition')).toMatch(/^attachment/);
      expect(headers.get('content-security-policy')).toContain('sandbox');
    }
  });

  test('is not found by an address that was made up', async () => {
    const { url } = await uploaded('a.png', PNG);
    const [, token = ''] = /files\/([^/]+)/.exec(url) ?? [];
    const forged = [token.slice(0, -1), `${token}x`, token.replace(/\.\w/, '.f'), 'x', '..%2f', `${token}.x`];
    for (const each of forged) expect((await fetch(`${app.url}/files/${each}/a.png`)).status).toBe(404);
  });
});

describe('an attachment that comes in', () => {
  const receive = async (attachments: { name: string; source: unknown }[]) => {
    const news = [
      {
        news: 'inbound',
        from: newPhone(),
        text: 'Look',
        externalMessageId: clock.now().toString(),
        attachments,
      },
    ];
    await fetch(`${app.url}/hooks/${ws.workspaceId}/${ws.lines[0]?._id}/x`, {
      method: 'POST',
      body: GENUINE + JSON.stringify(news),
    });
    const { body } = await ws.call<{ messages: Message[] }>('GET', '/api/messages?direction=received');
    return body.messages[0]?._id ?? '';
  };

  test('is stored, and linked to its message in its place', async () => {
    held.set('late', () => Readable.from([PNG]));
    held.set('soon', () => Readable.from([CAF]));
    const id = await receive([
      { name: '../IMG 1.png', source: 'late' },
      { name: 'voice.caf', source: 'soon' },
    ]);
    const message = await until('both are there', async () => {
      const found = await ws.message(id);
      return found.attachmentUrls.length === 2 ? found : null;
    });
    expect(message.attachmentNames).toEqual(['IMG 1.png', 'voice.caf']);
    for (const [index, bytes] of [PNG, CAF].entries())
      expect(await (await fetch(app.url + message.attachmentUrls[index])).bytes()).toEqual(
        new Uint8Array(bytes),
      );
  });

  test('is tried again while its device sleeps, for a day, and then given up with the reason', async () => {
    const id = await receive([
      { name: 'a.png', source: 'asleep' },
      { name: 'b.png', source: 'never' },
    ]);
    await until('it was tried', async () => (await tries(id))[0]?.error === 'the device is asleep');
    held.set('asleep', () => Readable.from([PNG]));
    clock.leap(HOUR);
    await until('it is there', async () => (await ws.message(id)).attachmentUrls.length === 1);
    clock.leap(25 * HOUR);
    const event = await until('the other is given up', async () =>
      (await ws.timeline(id)).find(({ type }) => type === 'message.attachment_failed'),
    );
    expect(event.data).toMatchObject({ name: 'b.png', error: 'the device is asleep' });
    expect((await tries(id)).map((each) => each.next)).toEqual([null, null]);
  });

  test('that fails before anybody reads it fails alone, and is tried again', async () => {
    let tries = 0;
    held.set('broken', () => {
      tries += 1;
      const bytes = new Readable({ read() {} });
      setImmediate(() => bytes.destroy(new Error('the device hung up')));
      return bytes;
    });
    const attachments = [{ name: 'a.png', mimeType: null, source: 'broken' }];
    const news = [
      { news: 'inbound', from: newPhone(), text: 'Look', externalMessageId: 'broken', attachments },
    ];
    await fetch(`${app.url}/hooks/${ws.workspaceId}/${ws.lines[0]?._id}/status`, {
      method: 'POST',
      body: GENUINE + JSON.stringify(news),
    });
    await until('it is tried again', () => {
      clock.leap(30_000);
      return tries > 1;
    });
  });

  test('survives the process that was getting it', async () => {
    held.set('x', () => new Readable({ read() {} }));
    const id = await receive([{ name: 'a.png', source: 'x' }]);
    await until('it is claimed', async () => ((await tries(id))[0]?.next ?? 0) > clock.now() + 60_000);
    held.set('x', () => Readable.from([PNG]));
    clock.leap(2 * HOUR);
    await until('it is there', async () => (await ws.message(id)).attachmentUrls.length === 1);
  });

  const tries = (id: string) =>
    read<{ error: string | null; next: number | null }>(
      app,
      'SELECT error, next_try_at AS next FROM inbound_attachments WHERE message_id = $1 ORDER BY position',
      [id],
    );
});
