/** The twilio channel against the fake over real HTTP: the port's suite, and what only Twilio has. */
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import type { Channel, ChannelLine, LostSend, Outgoing, Outstanding } from '../../src/channels/channel.ts';
import { createTwilioChannel, type TwilioChannelOptions } from '../../src/channels/twilio.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createGuardedFetch } from '../../src/lib/guarded-fetch.ts';
import { attachmentOf } from '../attachments.ts';
import { RECIPIENTS } from '../fakes/twilio/script.ts';
import { type FakeTwilio, startTwilio, type TwilioOptions } from '../fakes/twilio/server.ts';
import { leaseOf } from '../leases.ts';
import { until } from '../until.ts';
import { describeChannel } from './channel-conformance.ts';

const OUR_NUMBER = '+12025550190';
/** Nobody listens there: callbacks are another test's matter. */
const PUBLIC_URL = 'http://127.0.0.1:9';
const clock = systemClock();
const MINUTE = 60_000;

const open = new Set<() => Promise<void>>();
afterEach(async () => {
  for (const close of open) await close();
  open.clear();
});

interface Town {
  twilio: FakeTwilio;
  channel: Channel;
  line: ChannelLine;
  /** Another channel to the same account. */
  reopen(): Channel;
}

async function openTown(
  differs: Partial<TwilioChannelOptions> = {},
  config: Record<string, unknown> = {},
  fake: TwilioOptions = {},
): Promise<Town> {
  const twilio = await startTwilio({ numbers: [OUR_NUMBER], ...fake });
  const fetch = createGuardedFetch({ allowPrivateHosts: true });
  const reopen = () =>
    createTwilioChannel({
      url: twilio.url,
      publicUrl: PUBLIC_URL,
      fetch,
      clock,
      madeWithinMs: 0,
      ...differs,
    });
  const channel = reopen();
  open.add(async () => {
    await channel.close();
    await fetch.close();
    await twilio.close();
  });
  const line: ChannelLine = {
    workspaceId: 'org_1',
    lineId: 'a'.padEnd(24, '0'),
    messageType: 'sms',
    phone: OUR_NUMBER,
    email: null,
    name: '',
    transportConfig: { accountSid: twilio.accountSid, ...config },
    secret: twilio.authToken,
  };
  return { twilio, channel, line, reopen };
}

let made = 0;
function smsTo(address: string, differs: Partial<Outgoing> = {}): Outgoing {
  made += 1;
  return {
    reference: made.toString(16).padStart(24, 'c'),
    attempt: 1,
    address,
    messageType: 'sms',
    text: 'Hello Anna',
    subject: null,
    attachments: [],
    validUntil: null,
    ...differs,
  };
}

function lostAt(address: string, text: string | null, startedAt: number): LostSend {
  return {
    addresses: [address],
    text,
    attachmentNames: [],
    startedAt,
    firstStartedAt: startedAt,
    isClaimed: async () => false,
    isContested: async () => false,
  };
}

const createdFor = (twilio: FakeTwilio, reference: string) =>
  twilio.messages.filter(({ parameters }) => parameters.get('StatusCallback')?.includes(`mid=${reference}`));

const to = (ending: string) => `+15005550${ending}`;

describeChannel('twilio', {
  async setup() {
    const { twilio, channel, reopen, line } = await openTown();
    const sent = new Map<string, { address: string; text: string; startedAt: number; sid: string | null }>();
    const lostSend = (reference: string): LostSend => {
      const { address = to('101'), text = 'Hello Anna', startedAt = clock.now() } = sent.get(reference) ?? {};
      const isClaimed = async (sid: string) =>
        [...sent].some(([other, each]) => other !== reference && each.sid === sid);
      return { ...lostAt(address, text, startedAt), isClaimed };
    };
    const remembering = (inner: Channel): Channel => ({
      ...inner,
      async send(by, outgoing, lease) {
        const { reference, address, text } = outgoing;
        const startedAt = clock.now();
        const outcome = await inner.send(by, outgoing, lease);
        const sid = outcome.outcome === 'accepted' ? outcome.externalMessageId : null;
        sent.set(reference, { address, text, startedAt, sid });
        return outcome;
      },
      reconcile: (by, reference) => inner.reconcile(by, reference, lostSend(reference)),
    });
    return {
      channel: remembering(channel),
      reopen: async () => remembering(reopen()),
      line,
      copies: async (reference) => createdFor(twilio, reference).length,
      async goDown() {
        await twilio.close();
        return line;
      },
      close: async () => {},
    };
  },
  recipients: {
    accepted: to('101'),
    refusedForGood: to('001'),
    refusedForNow: to('112'),
    slow: to('113'),
    lostThoughSent: to('108'),
    lostNotSent: to('109'),
    notOnChannel: { none: 'whoever can get no SMS is refused for good' },
  },
  badConfigs: [
    { accountSid: undefined },
    { accountSid: 'AC1' },
    { accountSid: `SK${'0'.repeat(32)}` },
    { accountSid: 5 },
    { messagingServiceSid: 'MG1' },
    { messagingServiceSid: '' },
    { authToken: 'x' },
  ],
  cannotReconcile: null,
  tellsNothing: null,
});

describe('what Twilio is asked to create', () => {
  test('has our number, the text as it is, our id in the address of its callbacks, and no more', async () => {
    const { twilio, channel, line } = await openTown();
    const message = smsTo(to('101'), { text: 'Grüße & “+1” = 🌅\nnext', attempt: 3 });
    const outcome = await channel.send(line, message, leaseOf());
    const [stored] = twilio.messages;
    expect(outcome).toEqual({ outcome: 'accepted', externalMessageId: stored?.sid });
    expect(Object.fromEntries(stored?.parameters ?? [])).toEqual({
      To: to('101'),
      From: OUR_NUMBER,
      Body: message.text,
      StatusCallback: `${PUBLIC_URL}/hooks/org_1/${line.lineId}/status?mid=${message.reference}&attempt=3#rc=3&rp=ct,rt,5xx`,
    });
  });

  test('names the Messaging Service instead of the number where the line has one', async () => {
    const serviceSid = `MG${'1'.repeat(32)}`;
    const { twilio, channel, line } = await openTown({}, { messagingServiceSid: serviceSid }, { serviceSid });
    expect(await channel.send(line, smsTo(to('101')), leaseOf())).toMatchObject({ outcome: 'accepted' });
    const parameters = twilio.messages[0]?.parameters;
    expect([parameters?.get('MessagingServiceSid'), parameters?.has('From')]).toEqual([serviceSid, false]);
  });

  test('asks for no callback where nobody could call back', async () => {
    const { twilio, channel, line } = await openTown({ publicUrl: null });
    await channel.send(line, smsTo(to('101')), leaseOf());
    expect(twilio.messages[0]?.parameters.has('StatusCallback')).toBe(false);
  });

  test('is not sent by Twilio after its time: at most ten hours, and never for less than a second', async () => {
    const { twilio, channel, line } = await openTown();
    const send = (leftMs: number) =>
      channel.send(line, smsTo(to('101'), { validUntil: clock.now() + leftMs }), leaseOf());
    await send(90 * MINUTE + 900);
    await send(24 * 60 * MINUTE);
    expect(await send(500)).toMatchObject({
      outcome: 'rejected',
      permanent: false,
      code: 'too_late',
      waits: true,
    });
    expect(twilio.messages.map(({ parameters }) => parameters.get('ValidityPeriod'))).toEqual([
      '5400',
      '36000',
    ]);
  });

  test('is never longer than an SMS may be, nor empty', async () => {
    const { twilio, channel, line } = await openTown();
    const send = (text: string) => channel.send(line, smsTo(to('101'), { text }), leaseOf());
    expect(await send('é'.repeat(1_600))).toMatchObject({ outcome: 'accepted' });
    expect(await send('é'.repeat(1_601))).toMatchObject({
      outcome: 'rejected',
      permanent: true,
      code: '21617',
    });
    expect(await send('')).toMatchObject({ outcome: 'rejected', permanent: true, code: '21602' });
    expect(twilio.messages).toHaveLength(1);
  });

  test('names attachments by their public addresses, each once', async () => {
    const { twilio, channel, line } = await openTown();
    const attachments = ['a', 'b'].map((name) =>
      attachmentOf({ name, publicUrl: `https://files.example.com/${name}.png` }),
    );
    await channel.send(line, smsTo(to('101'), { attachments, text: '' }), leaseOf());
    const [stored] = twilio.messages;
    expect(stored?.parameters.getAll('MediaUrl')).toEqual([
      'https://files.example.com/a.png',
      'https://files.example.com/b.png',
    ]);
    expect(stored?.sid).toMatch(/^MM/);
  });
});

describe('attachments that Twilio could not carry', () => {
  test('are refused before anything is sent: unreachable, too many, too large', async () => {
    const { channel, line } = await openTown();
    const refuse = (...wishes: Parameters<typeof attachmentOf>[0][]) =>
      channel.refuseAttachments?.(
        line,
        wishes.map((wish) => attachmentOf(wish)),
      );
    expect(refuse({ sizeBytes: 5_000_000 })).toBeNull();
    expect(refuse({ sizeBytes: 2_500_000 }, { sizeBytes: 2_500_001 })).toMatch(/5 MB/);
    expect(refuse(...Array.from({ length: 11 }, () => ({})))).toMatch(/at most 10/);
    const { channel: hidden, line: other } = await openTown({ publicUrl: null });
    expect(hidden.refuseAttachments?.(other, [attachmentOf()])).toMatch(/TRUNKLINE_PUBLIC_URL/);
    expect(hidden.refuseAttachments?.(other, [])).toBeNull();
  });

  test('and if it comes to that, nothing leaves', async () => {
    const { twilio, channel, line } = await openTown();
    const outcome = await channel.send(line, smsTo(to('101'), { attachments: [attachmentOf()] }), leaseOf());
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: true, code: 'media_not_public' });
    expect(twilio.messages).toEqual([]);
  });
});

describe('an answer', () => {
  test.each([
    ['001', { outcome: 'rejected', permanent: true, code: '21211', addressBad: true, lineBad: false }],
    ['002', { outcome: 'rejected', permanent: true, code: '21612', addressBad: false, lineBad: false }],
    ['004', { outcome: 'rejected', permanent: true, code: '21610', suppresses: 'carrier_opt_out' }],
    ['009', { outcome: 'rejected', permanent: true, code: '21614', addressBad: true }],
    ['110', { outcome: 'unknown' }],
    ['111', { outcome: 'unknown' }],
    ['112', { outcome: 'rejected', permanent: false, code: '20429', lineBad: false }],
    ['118', { outcome: 'unknown' }],
  ])('from the number ending in %s is %j', async (ending, expected) => {
    const { channel, line } = await openTown();
    expect(await channel.send(line, smsTo(to(ending)), leaseOf())).toMatchObject(expected);
  });

  test.each([
    ['+15005550001', '21212', true],
    ['+15005550007', '21606', true],
    ['+15005550008', '21611', false],
    ['+12025550111', '21660', true],
  ])(
    'to a sender %s that is not right is a fault of the line, not of the message',
    async (phone, code, lineBad) => {
      const { channel, line } = await openTown();
      const outcome = await channel.send({ ...line, phone }, smsTo(to('101')), leaseOf());
      expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, code, lineBad });
    },
  );

  test('to a wrong token is a fault of the line, and the token is in no sentence', async () => {
    const { channel, line } = await openTown();
    const wrong = { ...line, secret: 'wrong-token' };
    const outcome = await channel.send(wrong, smsTo(to('101')), leaseOf());
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, code: '20003', lineBad: true });
    const health = await channel.checkHealth(wrong);
    expect(health).toMatchObject({ healthy: false });
    expect(JSON.stringify([outcome, health])).not.toContain('wrong-token');
  });
});

describe('a lost message is looked for', () => {
  const lose = async (town: Town, text: string, ending: string) => {
    const startedAt = clock.now();
    const message = smsTo(to(ending), { text });
    expect(await town.channel.send(town.line, message, leaseOf())).toMatchObject({ outcome: 'unknown' });
    return lostAt(message.address, text, startedAt);
  };
  const look = ({ channel, line }: Town, lost: LostSend) => channel.reconcile(line, 'f'.repeat(24), lost);

  test('among others to the same number: another text, another time, another direction is not it', async () => {
    const town = await openTown();
    const lost = await lose(town, 'Hello', '109');
    await town.channel.send(town.line, smsTo(to('109'), { text: 'Hello!' }), leaseOf());
    await town.twilio.receive({ from: to('109'), to: OUR_NUMBER, body: 'Hello' });
    await town.channel.send(town.line, smsTo(to('101'), { text: 'Hello' }), leaseOf());
    expect(await look(town, lost)).toEqual({ finding: 'absent' });
    const found = await lose(town, 'Hello', '108');
    const sid = town.twilio.messages.at(-1)?.sid;
    expect(await look(town, found)).toEqual({ finding: 'found', externalMessageId: sid, address: to('108') });
    const stored = town.twilio.messages.at(-1);
    for (const apart of [2 * MINUTE, -2 * MINUTE]) {
      if (stored !== undefined) stored.createdAt = found.startedAt + apart;
      expect(await look(town, found)).toEqual({ finding: 'absent' });
    }
  });

  test('and never taken for another of the same text that is known to be somebody else’s', async () => {
    const town = await openTown();
    const one = await lose(town, 'Your code', '108');
    const two = await lose(town, 'Your code', '108');
    const [first, second] = town.twilio.messages.map(({ sid }) => sid);
    const isClaimed = async (sid: string) => sid === first;
    expect(await look(town, { ...two, isClaimed })).toMatchObject({
      finding: 'found',
      externalMessageId: second,
    });
    expect(await look(town, { ...one, isClaimed: async (sid) => sid === first || sid === second })).toEqual({
      finding: 'absent',
    });
  });

  test('and is not said to be absent while Twilio may still be taking it', async () => {
    const town = await openTown({ madeWithinMs: MINUTE });
    const lost = await lose(town, 'Hello', '109');
    expect(await look(town, lost)).toMatchObject({ finding: 'undecided', final: false });
    const past = { ...lost, ...lostAt(to('109'), 'Hello', lost.startedAt - MINUTE) };
    expect(await look(town, past)).toEqual({ finding: 'absent' });
  });

  test('also behind the words that Twilio puts before the texts of trial accounts', async () => {
    const town = await openTown();
    const lost = await lose(town, 'Hello', '108');
    const [stored] = town.twilio.messages;
    if (stored !== undefined) stored.body = `Sent from your Twilio trial account - ${stored.body}`;
    expect(await look(town, lost)).toMatchObject({ finding: 'found', externalMessageId: stored?.sid });
  });

  test('not while another to the same number comes first: one copy must not count for two', async () => {
    const town = await openTown();
    const lost = await lose(town, 'Hello', '108');
    expect(await look(town, { ...lost, isContested: async () => true })).toMatchObject({
      finding: 'undecided',
      final: false,
    });
  });

  test('by time alone where nobody knows its text any more: better found than sent again', async () => {
    const town = await openTown();
    const lost = await lose(town, 'Hello', '108');
    expect(await look(town, { ...lost, text: null })).toMatchObject({ finding: 'found' });
  });

  test('also from an earlier attempt: a copy of any of them is a copy', async () => {
    const town = await openTown();
    const lost = await lose(town, 'Hello', '108');
    const later = { ...lost, startedAt: lost.startedAt + 10 * MINUTE, firstStartedAt: lost.startedAt };
    expect(await look(town, later)).toMatchObject({ finding: 'found' });
  });

  test('page by page, also where there are hundreds of them', async () => {
    const town = await openTown();
    const lost = await lose(town, 'The one', '108');
    for (let more = 0; more < 250; more += 1) await lose(town, `Another ${more}`, '108');
    expect(await look(town, lost)).toMatchObject({ externalMessageId: town.twilio.messages[0]?.sid });
  });

  test('and where Twilio can’t tell, nothing is decided', async () => {
    const town = await openTown();
    const lost = await lose(town, 'Hello', '108');
    const stranger = { ...town, line: { ...town.line, secret: 'wrong' } };
    expect(await look(stranger, lost)).toMatchObject({ finding: 'undecided', final: false });
    await town.twilio.close();
    expect(await look(town, lost)).toMatchObject({ finding: 'undecided', final: false });
  });

  test('with a Messaging Service too, before it has chosen a sender', async () => {
    const serviceSid = `MG${'1'.repeat(32)}`;
    const town = await openTown({}, { messagingServiceSid: serviceSid }, { serviceSid, stateMs: 60_000 });
    const lost = await lose(town, 'Hello', '108');
    expect(town.twilio.messages[0]).toMatchObject({ from: null, sentAt: null });
    expect(await look(town, lost)).toMatchObject({ finding: 'found' });
  });
});

describe('asked for news', () => {
  test('Twilio tells what became of messages whose callbacks are missing', async () => {
    const { twilio, channel, line } = await openTown();
    const endings = ['116', '102', '103', '106', '107', '120'];
    const outstanding: Outstanding[] = [];
    for (const ending of endings) {
      const message = smsTo(to(ending));
      const outcome = await channel.send(line, message, leaseOf());
      if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome));
      const { reference, address } = message;
      outstanding.push({ reference, externalMessageId: outcome.externalMessageId, address, sentAt: 0 });
    }
    await until('all have come to their end', () =>
      twilio.messages.every(
        ({ to: number, status }) => status === (RECIPIENTS[number]?.states ?? ['delivered']).at(-1),
      ),
    );
    const answer = await channel.askForNews?.(line, { cursor: null, outstanding });
    const of = (index: number) => outstanding[index]?.reference;
    expect(answer?.news).toMatchObject([
      { news: 'receipt', reference: of(0), receipt: 'delivered' },
      { news: 'receipt', reference: of(1), receipt: 'bounced', code: '30003' },
      { news: 'receipt', reference: of(2), receipt: 'bounced', code: '30005' },
      { news: 'suppression', address: to('103'), source: 'hard_bounce' },
      { news: 'receipt', reference: of(3), receipt: 'bounced', code: '21610' },
      { news: 'suppression', address: to('106'), source: 'carrier_opt_out' },
      { news: 'receipt', reference: of(4), receipt: 'accepted' },
      { news: 'receipt', reference: of(5), receipt: 'bounced', code: '30034' },
      { news: 'line', health: 'wrong' },
    ]);
  });

  test('it brings what people wrote since, oldest first, page by page, with media; nothing from before the line', async () => {
    const { twilio, channel, line } = await openTown();
    const write = (body: string, at: number) =>
      twilio.receive({ from: '+12025550123', to: OUR_NUMBER, body }).then(({ message }) => {
        message.createdAt = at;
        message.sentAt = at;
      });
    await write('long ago', clock.now() - 60 * MINUTE);
    const first = await channel.askForNews?.(line, { cursor: null, outstanding: [] });
    expect(first).toMatchObject({ news: [], more: false });
    for (let each = 0; each < 150; each += 1) await write(`text ${each}`, clock.now());
    await twilio.receive({
      from: '+12025550123',
      to: OUR_NUMBER,
      media: [{ contentType: 'image/png', bytes: Buffer.from('png') }],
    });
    await twilio.receive({ from: '72975', to: OUR_NUMBER, body: 'Your code is 1' });
    await twilio.receive({ from: '+12025550123', to: '+15005550006', body: 'to another line' });
    await channel.send(line, smsTo('+12025550123'), leaseOf());
    const texts: string[] = [];
    let cursor = first?.cursor;
    for (let more = true; more; ) {
      const answer = await channel.askForNews?.(line, { cursor, outstanding: [] });
      const page = (answer?.news ?? []).map((each) => (each.news === 'inbound' ? each : null));
      texts.unshift(...page.map((each) => each?.text ?? ''));
      if (page.some((each) => (each?.attachments?.length ?? 0) > 0))
        expect(page.at(-1)?.attachments).toMatchObject([{ name: 'media-1.png', mimeType: 'image/png' }]);
      more = answer?.more ?? false;
      cursor = JSON.parse(JSON.stringify(answer?.cursor));
    }
    expect(texts).toEqual([...Array.from({ length: 150 }, (_, each) => `text ${each}`), '']);
  });

  test('and throws when it can’t be asked, so that nothing is passed over', async () => {
    const { twilio, channel, line } = await openTown();
    await twilio.close();
    await expect(channel.askForNews?.(line, { cursor: null, outstanding: [] })).rejects.toThrow(/reached/);
  });
});

describe('media that came in', () => {
  test('is fetched with credentials from Twilio and without them from where it sends us', async () => {
    const { twilio, channel, line } = await openTown();
    const { message } = await twilio.receive({
      from: '+12025550123',
      to: OUR_NUMBER,
      media: [{ contentType: 'image/png', bytes: Buffer.from('a picture') }],
    });
    const url = `${twilio.url}/2010-04-01/Accounts/${twilio.accountSid}/Messages/${message.sid}/Media/${message.media[0]?.sid}`;
    const never = new AbortController().signal;
    const stream = await channel.openInboundAttachment?.(line, { url }, never);
    expect(stream === undefined ? null : await buffer(stream)).toEqual(Buffer.from('a picture'));
    expect(twilio.mediaRequests).toEqual([{ authorization: undefined }]);
    const wrong = { ...line, secret: 'wrong' };
    await expect(channel.openInboundAttachment?.(wrong, { url }, never)).rejects.toThrow(/401/);
  });

  test('is never asked for elsewhere: our credentials are shown to nobody else', async () => {
    const { channel, line } = await openTown();
    const never = new AbortController().signal;
    for (const url of ['https://example.com/x', 'http://127.0.0.1:9/x', 'file:///etc/passwd', 5, undefined])
      await expect(channel.openInboundAttachment?.(line, { url }, never)).rejects.toThrow(
        /does not lie with Twilio/,
      );
  });
});

describe('health', () => {
  test('is that of the account, and of its number or service', async () => {
    const { twilio, channel, line } = await openTown();
    expect(await channel.checkHealth({ ...line, phone: '+12025550111' })).toMatchObject({
      healthy: false,
      message: expect.stringContaining('no number +12025550111'),
    });
    const service = (sid: string) => ({
      ...line,
      transportConfig: { ...line.transportConfig, messagingServiceSid: sid },
    });
    expect(await channel.checkHealth(service(twilio.serviceSid))).toEqual({ healthy: true });
    expect(await channel.checkHealth(service(`MG${'9'.repeat(32)}`))).toMatchObject({ healthy: false });
    expect(await channel.checkHealth({ ...line, secret: null })).toMatchObject({ healthy: false });
    twilio.accountStatus = 'suspended';
    expect(await channel.checkHealth(line)).toEqual({
      healthy: false,
      message: 'The Twilio account is suspended',
    });
  });
});
