/** Correctness never depends on the link: what it loses, doubles or holds back is said again, and done once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { Channel } from '../../src/channels/channel.ts';
import { type DeviceEnvelope, MAX_ENVELOPE_BYTES } from '../../src/contract/lines/relay.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createSandboxDriver } from '../../src/relay/drivers/sandbox.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leaseOf } from '../leases.ts';
import { until } from '../until.ts';
import { accept, addLine, newPhone, read } from '../workspaces.ts';
import { channelLineOf, devicesOf, isConnected, type Mac, openMac } from './mac.ts';
import { HELLO, openRawDevice } from './raw-device.ts';
import { openWire } from './wire.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

describe('a Mac that says anything', () => {
  test('is answered, whatever its texts hold, and moves no message of another line', async () => {
    const mac = await openMac(app, { starts: false });
    const other = await addLine(mac.workspace, { transport: 'sandbox' });
    const waiting = await accept(mac.workspace, { recipientPhone: newPhone(), fromLineId: other._id });
    await mac.workspace.reaches(waiting._id, 'delivered');
    const device = await openRawDevice(app.url, mac.pairing.token);
    const bad = 'a\0b\ud800';
    const selfTest = {
      ok: true,
      checks: [{ check: bad, ok: true, message: bad }],
      versions: { [bad]: bad },
    };
    device.say({ ...HELLO, name: bad, agent: bad, driver: bad, selfTest });
    await device.next('welcome');
    device.say({ type: 'self-test', selfTest });
    await device.next('ack');
    const receipt = { news: 'receipt', reference: waiting._id, receipt: 'bounced', message: bad };
    const inbound = { news: 'inbound', from: '+12025550186', text: bad, externalMessageId: bad };
    device.say({ type: 'news', newsId: 'n', news: [receipt, inbound, { news: 'suppression' }] });
    expect(await device.next('ack')).toMatchObject({ of: 'news', id: 'n' });
    device.say({ ...HELLO, protocol: 2 ** 40 });
    expect(await device.next('refused')).toMatchObject({ code: 'UNREADABLE' });
    expect((await mac.workspace.message(waiting._id)).status).toBe('delivered');
    const [device1] = await devicesOf(mac);
    expect(device1?.selfTest?.versions).toEqual({ 'ab\ufffd': 'ab\ufffd' });
    device.socket.close();
    await mac.close();
  });
});

describe('the link of a relay', () => {
  test('goes by long poll where no WebSocket gets through, both ways', async () => {
    const wire = await openWire(app.url);
    wire.refusesUpgrades = true;
    const mac = await openMac(app, { server: wire.url });
    expect(mac.agent.status().link).toBe('poll');
    const message = await accept(mac.workspace, { recipientPhone: '+12025550109' });
    await mac.workspace.reaches(message._id, 'delivered');
    await until('the reply is there', async () => (await repliesTo(mac)).includes('STOP'));
    expect(await mac.copies()).toHaveLength(1);
    await mac.close();
    await wire.close();
  });

  test('is made again when it is cut, and again by WebSocket', async () => {
    const wire = await openWire(app.url);
    const mac = await openMac(app, { server: wire.url });
    for (let n = 0; n < 3; n += 1) {
      wire.cut();
      const message = await accept(mac.workspace, { recipientPhone: newPhone() });
      await mac.workspace.reaches(message._id, 'delivered');
    }
    expect(mac.agent.status().link).toBe('websocket');
    expect(await mac.copies()).toHaveLength(3);
    await mac.close();
    await wire.close();
  });

  test('that is cut amid a send loses nothing: the answer comes over the next one', async () => {
    const wire = await openWire(app.url);
    const mac = await openMac(app, { server: wire.url });
    const message = await accept(mac.workspace, { recipientPhone: '+12025550105' });
    await until('the phone has it', async () => (await mac.copies()).length === 1);
    wire.target = null;
    wire.cut();
    await until('the agent knows', () => mac.agent.status().link === 'none');
    wire.target = Number(new URL(app.url).port);
    await mac.workspace.reaches(message._id, 'delivered');
    expect(await mac.copies()).toHaveLength(1);
    await mac.close();
    await wire.close();
  });

  test('that is half open is noticed by both sides, and replaced', async () => {
    // Twenty times as quick as life, so that missed pings take two seconds.
    const clock = quickClock(20);
    const quick = await openApp({ clock });
    const wire = await openWire(quick.url);
    const mac = await openMac(quick, { server: wire.url, clock });
    expect(wire.upgrades).toBe(1);
    wire.freeze();
    await until('the agent links anew', () => wire.upgrades >= 2);
    await isConnected(mac);
    const message = await accept(mac.workspace, { recipientPhone: newPhone() });
    await mac.workspace.reaches(message._id, 'delivered');
    wire.freeze();
    wire.target = null;
    await until('the server takes it for away', async () => !(await devicesOf(mac))[0]?.connected);
    const health = await (quick.deps.channels.get('relay') as Channel).checkHealth(channelLineOf(mac));
    expect(health).toMatchObject({ healthy: false, message: expect.stringContaining('not connected') });
    await wire.close();
    await mac.close();
    await quick.close();
  });

  test('may say everything twice: a job is begun once, and one answer counts', async () => {
    const mac = await openMac(app, { starts: false });
    const device = await openRawDevice(app.url, mac.pairing.token);
    device.say(HELLO);
    await device.next('welcome');
    await isConnected(mac);
    const message = await accept(mac.workspace, { recipientPhone: newPhone() });
    const check = await device.next('job');
    expect(check.work.kind).toBe('check');
    device.say({ type: 'result', jobId: check.id, fence: null, answer: { availability: 'cannot_check' } });
    await device.next('ack');
    const { id: jobId } = await device.next('job');
    const take = { type: 'take', jobId, fence: 'fence-one', at: 17 };
    device.say(take);
    expect(await device.next('grant')).toMatchObject({ jobId, fence: 'fence-one', at: 17 });
    device.say(take);
    expect(await device.next('grant')).toMatchObject({ jobId, fence: 'fence-one' });
    // A copy of this Mac, made from a backup: another fence.
    device.say({ ...take, fence: 'fence-two' });
    expect(await device.next('void')).toMatchObject({ jobId });
    const result = { type: 'result', jobId, answer: { outcome: 'accepted', externalMessageId: 'guid-1' } };
    device.say({ ...result, fence: 'fence-two', answer: { outcome: 'unknown', message: 'not mine' } });
    device.say({ ...result, fence: 'fence-one' });
    device.say({ ...result, fence: 'fence-one', answer: { outcome: 'unknown', message: 'later' } });
    for (let n = 0; n < 3; n += 1)
      expect(await device.next('ack')).toMatchObject({ of: 'result', id: jobId });
    const sent = await mac.workspace.reaches(message._id, 'sent');
    expect(sent.externalMessageId).toBe('guid-1');

    const news = [
      { news: 'inbound', from: '+12025550140', text: 'Hello', externalMessageId: 'in-1' },
      { news: 'nonsense' },
      { news: 'receipt', reference: message._id, receipt: 'delivered' },
    ];
    for (const newsId of ['n1', 'n1', 'n2']) {
      device.say({ type: 'news', newsId, news });
      expect(await device.next('ack')).toMatchObject({ of: 'news', id: newsId });
    }
    await mac.workspace.reaches(message._id, 'delivered');
    expect(await repliesTo(mac)).toEqual(['Hello']);
    device.socket.close();
    await mac.close();
  });

  test('may offer and grant everything twice: the phone has one copy', async () => {
    const mac = await openMac(app, { starts: false });
    const server = new WebSocketServer({ port: 0 });
    const heard: DeviceEnvelope[] = [];
    const work = { kind: 'send', reference: 'm1', attempt: 1, address: newPhone(), text: 'Hi', files: [] };
    server.on('connection', (socket) => {
      const say = (envelope: object) => {
        for (let n = 0; n < 2; n += 1) socket.send(JSON.stringify(envelope));
      };
      socket.on('message', (data) => {
        const envelope = JSON.parse(data.toString()) as DeviceEnvelope;
        heard.push(envelope);
        if (envelope.type === 'hello') say({ type: 'job', id: 'job-1', work });
        if (envelope.type === 'take') say({ ...envelope, type: 'grant', leaseMs: 60_000 });
        // Never acknowledged: an agent that starts again says it again, and sends nothing.
      });
    });
    const { port } = server.address() as { port: number };
    await mac.start({ server: `http://127.0.0.1:${port}` });
    const results = () => heard.filter(({ type }) => type === 'result').length;
    await until('it is answered', () => results() === 1);
    await mac.agent.stop();
    await mac.start({ server: `http://127.0.0.1:${port}` });
    await until('it is answered again', () => results() >= 2);
    expect(await mac.copies()).toHaveLength(1);
    for (const socket of server.clients) socket.terminate();
    server.close();
    await mac.close();
  });

  test('survives whatever is said to the server', async () => {
    const mac = await openMac(app, { starts: false });
    const device = await openRawDevice(app.url, mac.pairing.token);
    const nonsense: unknown[] = ['', '{', '[]', 'null', { type: 'constructor' }, { type: 'take' }];
    for (const each of [...nonsense, { type: 'result', jobId: 'x', fence: null, answer: { a: '\u0000' } }])
      device.say(each as string);
    for (const _ of nonsense) expect(await device.next('refused')).toMatchObject({ code: 'UNREADABLE' });
    device.socket.send(Buffer.from([1, 2, 3]));
    await device.next('refused');
    device.say({ type: 'take', jobId: 'nobody', fence: 'fence-one', at: 0 });
    await device.next('void');
    device.say('x'.repeat(MAX_ENVELOPE_BYTES + 1));
    await until('too much at once ends the link', () => device.closed() === 1009);
    device.socket.terminate();
    await expect(openRawDevice(app.url, 'tl_mac_nobody')).rejects.toThrow('401');
    await expect(openRawDevice(`${app.url}/elsewhere`, mac.pairing.token)).rejects.toThrow('404');
    expect((await mac.workspace.call('GET', '/api/lines')).status).toBe(200);
    await mac.close();
  });

  test('is refused to a relay that is too old, with a sentence', async () => {
    const mac = await openMac(app, { starts: false });
    const device = await openRawDevice(app.url, mac.pairing.token);
    device.say({ ...HELLO, protocol: 0 });
    expect(await device.next('refused')).toMatchObject({ code: 'OLD_PROTOCOL' });
    await until('the link is closed', () => device.closed() === 4426);
    await mac.close();
  });
});

describe('a server that stops amid a send', () => {
  test('finds the answer when it is back: the Mac told whoever listened', async () => {
    const first = await openApp({ dispatches: false });
    const wire = await openWire(first.url);
    const mac = await openMac(first, { server: wire.url });
    const channel = first.deps.channels.get('relay') as Channel;
    const lease = new AbortController();
    const reference = 'a'.repeat(24);
    const sending = channel.send(channelLineOf(mac), outgoing(reference, '+12025550105'), leaseOf(lease));
    await until('the phone has it', async () => (await mac.copies()).length === 1);
    wire.target = null;
    wire.cut();
    lease.abort();
    expect(await sending).toMatchObject({ outcome: 'unknown' });
    const second = await openApp({ databaseUrl: first.databaseUrl, key: first.key, dispatches: false });
    wire.target = Number(new URL(second.url).port);
    const found = await until('it is found', async () => {
      const later = second.deps.channels.get('relay') as Channel;
      const finding = await later.reconcile(channelLineOf(mac), reference);
      return finding.finding === 'undecided' ? null : finding;
    });
    expect(found).toMatchObject({ finding: 'found', address: '+12025550105' });
    expect(await mac.copies()).toHaveLength(1);
    await mac.close();
    await second.close();
    await wire.close();
    await first.close();
  });

  test('that nobody took in time certainly did not leave, whatever the Mac does later', async () => {
    const mac = await openMac(app, { starts: false });
    const device = await openRawDevice(app.url, mac.pairing.token);
    device.say(HELLO);
    await device.next('welcome');
    const channel = app.deps.channels.get('relay') as Channel;
    const lease = new AbortController();
    const reference = 'b'.repeat(24);
    const sending = channel.send(channelLineOf(mac), outgoing(reference, newPhone()), leaseOf(lease));
    const { id: jobId } = await device.next('job');
    lease.abort();
    expect(await sending).toMatchObject({ outcome: 'rejected', permanent: false, lineBad: true });
    device.say({ type: 'take', jobId, fence: 'fence-one', at: 0 });
    await device.next('void');
    expect(await channel.reconcile(channelLineOf(mac), reference)).toEqual({ finding: 'absent' });
    device.socket.close();
    await mac.close();
  });
});

test('a Mac that is at another message has not gone away: what waits behind it is nobody’s fault', async () => {
  const mac = await openMac(app, { starts: false });
  const device = await openRawDevice(app.url, mac.pairing.token);
  device.say(HELLO);
  await device.next('welcome');
  const channel = app.deps.channels.get('relay') as Channel;
  const [first, second] = [new AbortController(), new AbortController()];
  const reference = 'd'.repeat(24);
  const sending = channel.send(channelLineOf(mac), outgoing('e'.repeat(24), newPhone()), leaseOf(first));
  const { id: jobId } = await device.next('job');
  device.say({ type: 'take', jobId, fence: 'fence-two', at: 0 });
  await device.next('grant');
  const waiting = channel.send(channelLineOf(mac), outgoing(reference, newPhone()), leaseOf(second));
  await device.next('job');
  second.abort();
  const refused = await waiting;
  expect(refused).toMatchObject({ outcome: 'rejected', permanent: false, code: 'mac_busy', waits: true });
  expect(refused).not.toHaveProperty('lineBad');
  expect(await channel.reconcile(channelLineOf(mac), reference)).toEqual({ finding: 'absent' });
  const answer = { outcome: 'accepted', externalMessageId: null };
  device.say({ type: 'result', jobId, fence: 'fence-two', answer });
  expect(await sending).toEqual(answer);
  device.socket.close();
  await mac.close();
});

describe('a server that is asked to stop', () => {
  test('lets a Mac answer what it has begun, and loses nothing of what it has not', async () => {
    const first = await openApp();
    const mac = await openMac(first);
    const message = await accept(mac.workspace, { recipientPhone: '+12025550105' });
    await until('the phone has it', async () => (await mac.copies()).length === 1);
    const second = await openApp({ databaseUrl: first.databaseUrl, key: first.key, dispatches: false });
    const began = performance.now();
    // The database stays, for the second application.
    await first.server?.close();
    expect(performance.now() - began).toBeLessThan(8_000);
    const [job] = await read(second, 'SELECT state FROM relay_jobs WHERE reference = $1', [message._id]);
    expect(job).toEqual({ state: 'answered' });
    await mac.agent.stop();
    await mac.start({ server: second.url });
    second.startDispatcher();
    await until('it is known to be sent', async () => {
      const [row] = await read<{ status: string }>(second, 'SELECT status FROM messages WHERE id = $1', [
        message._id,
      ]);
      return row?.status === 'sent' || row?.status === 'delivered';
    });
    expect(await mac.copies()).toHaveLength(1);
    await mac.close();
    await second.close();
    await first.close();
  });
});

describe('an agent whose journal is lost', () => {
  test('never calls a message absent that it may have sent', async () => {
    const mac = await openMac(app);
    const channel = app.deps.channels.get('relay') as Channel;
    const lease = new AbortController();
    const reference = 'c'.repeat(24);
    const sending = channel.send(channelLineOf(mac), outgoing(reference, '+12025550106'), leaseOf(lease));
    await until(
      'it is taken',
      async () =>
        (await read(app, "SELECT 1 FROM relay_jobs WHERE reference = $1 AND state = 'taken'", [reference]))
          .length,
    );
    lease.abort();
    expect(await sending).toMatchObject({ outcome: 'unknown' });
    await mac.agent.stop();
    await read(app, "UPDATE relay_jobs SET state = 'taken', answer = NULL WHERE reference = $1", [reference]);
    const empty = await openMac(app, { starts: false });
    const driver = createSandboxDriver({ dataDir: empty.dataDir, clock: systemClock() });
    await mac.start({ dataDir: empty.dataDir, driver });
    await isConnected(mac);
    const finding = await channel.reconcile(channelLineOf(mac), reference);
    expect(finding).toMatchObject({ finding: 'undecided' });
    await mac.close();
    await empty.close();
  });
});

function outgoing(reference: string, address: string) {
  const nothing = { subject: null, attachments: [], validUntil: null };
  return { reference, attempt: 1, address, messageType: 'imessage' as const, text: 'Hi', ...nothing };
}

async function repliesTo({ workspace }: Mac): Promise<string[]> {
  const { body } = await workspace.call<{ messages: { direction: string; message: string }[] }>(
    'GET',
    '/api/messages?direction=received',
  );
  return body.messages.filter(({ direction }) => direction === 'received').map(({ message }) => message);
}

function quickClock(times: number): Clock {
  const real = systemClock();
  const begin = real.now();
  return {
    now: () => Math.round(begin + (real.now() - begin) * times),
    sleep: (ms, signal) => real.sleep(ms / times, signal),
  };
}
