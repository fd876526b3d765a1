import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../testing.ts';
import { CreateLineBody, parseCreateLine, parseUpdateLine, UpdateLineBody } from './line-requests.ts';

const PHONE = '+12025550199';
const create = (body: unknown) => parseCreateLine(body).request;
const createRefusal = (body: unknown) => refusalOf(() => create(body));
const updateRefusal = (body: unknown) => refusalOf(() => parseUpdateLine(body));

describe('parseCreateLine', () => {
  test('a simulated iMessage line has no gaps, high caps and quick retries', () => {
    expect(create({ transport: 'sandbox', phone: PHONE })).toEqual({
      messageType: 'imessage',
      channelType: 'phone',
      transport: 'sandbox',
      transportConfig: {},
      secret: null,
      phone: PHONE,
      email: null,
      firstName: null,
      lastName: null,
      isActive: true,
      deviceId: null,
      deviceGapMs: null,
      contactGapMs: 0,
      dailyNewConversationsLimit: 1_000_000,
      dailyTotalMessagesLimit: 1_000_000,
      hourlyNewConversationsLimit: 1_000_000,
      capTimezone: 'UTC',
      attempts: 5,
      retryGapMs: 1_000,
      reconcileLimitMs: 30_000,
    });
  });

  test('an smtp line takes its settings, its secret apart, and the pacing of email', () => {
    const line = create({
      messageType: 'email',
      transport: 'smtp',
      email: 'News@Example.com',
      firstName: 'Ada',
      transportConfig: { host: 'smtp.example.com', port: 587, tls: true, user: 'ada' },
      secret: ' p@ss ',
    });
    expect(line).toMatchObject({
      channelType: 'email',
      email: 'news@example.com',
      secret: ' p@ss ',
      transportConfig: { host: 'smtp.example.com', port: 587, tls: true, user: 'ada' },
      dailyNewConversationsLimit: 50,
      dailyTotalMessagesLimit: 75,
      hourlyNewConversationsLimit: null,
      contactGapMs: 0,
      attempts: 5,
      retryGapMs: 300_000,
      reconcileLimitMs: 600_000,
    });
  });

  test('what is given stands before every default; null lifts a cap', () => {
    const body = {
      transport: 'sandbox',
      phone: PHONE,
      dailyNewConversationsLimit: null,
      dailyTotalMessagesLimit: 0,
      attempts: 1,
      deviceGapMs: 30_000,
      deviceId: 'mac-1',
      capTimezone: 'America/New_York',
      isActive: false,
    };
    const { transport: _, phone: __, ...given } = body;
    expect(create(body)).toMatchObject(given);
  });

  test('an iMessage line known by an Apple ID only is an email-channel line', () => {
    expect(create({ transport: 'sandbox', email: 'a@icloud.com' }).channelType).toBe('email');
    expect(create({ transport: 'sandbox', email: 'a@icloud.com', phone: PHONE }).channelType).toBe('phone');
  });

  test.each([
    [{ phone: PHONE }, 'transport'],
    [{ transport: 'pigeon', phone: PHONE }, 'transport'],
    [{ transport: 'smtp', phone: PHONE }, 'transport'],
    [{ transport: 'sandbox', messageType: 'sms' }, 'phone'],
    [{ transport: 'sandbox', messageType: 'sms', email: 'a@b.co' }, 'phone'],
    [{ transport: 'sandbox', messageType: 'email', phone: PHONE }, 'email'],
    [{ transport: 'sandbox' }, 'phone'],
    [{ transport: 'sandbox', phone: PHONE, channelType: 'email' }, 'channelType'],
    [{ transport: 'sandbox', phone: PHONE, contactGapMs: -1 }, 'contactGapMs'],
    [{ transport: 'sandbox', phone: PHONE, deviceGapMs: 1.5 }, 'deviceGapMs'],
    [{ transport: 'sandbox', phone: PHONE, attempts: 0 }, 'attempts'],
    [{ transport: 'sandbox', phone: PHONE, attempts: 101 }, 'attempts'],
    [{ transport: 'sandbox', phone: PHONE, dailyTotalMessagesLimit: '75' }, 'dailyTotalMessagesLimit'],
    [{ transport: 'sandbox', phone: PHONE, capTimezone: 'Mars' }, 'capTimezone'],
    [{ transport: 'sandbox', phone: PHONE, deviceId: '../x' }, 'deviceId'],
    [{ transport: 'sandbox', phone: PHONE, isActive: 'yes' }, 'isActive'],
    [{ transport: 'sandbox', phone: PHONE, firstName: 'a\r\nb' }, 'firstName'],
    [{ transport: 'sandbox', phone: PHONE, transportConfig: [] }, 'transportConfig'],
    [{ transport: 'sandbox', phone: PHONE, transportConfig: { a: { b: '\u0000' } } }, 'transportConfig'],
    [{ transport: 'sandbox', phone: PHONE, transportConfig: { a: 'x'.repeat(66_000) } }, 'transportConfig'],
  ])('%j is refused, naming %s', (body, param) => {
    expect(createRefusal(body)).toMatchObject({ status: 400, code: 'INVALID_FIELD', param });
  });

  test.each([
    ['relay', 'sms'],
    ['bluebubbles', 'email'],
    ['twilio', 'imessage'],
    ['smtp', 'sms'],
  ])('%s does not carry %s, and the answer names what it carries', (transport, messageType) => {
    const refusal = createRefusal({ transport, messageType, phone: PHONE, email: 'a@example.com' });
    expect(refusal).toMatchObject({ status: 400, code: 'INVALID_FIELD', param: 'transport' });
    expect(refusal?.error).toContain(`${transport} carries`);
  });

  test.each(['password', 'Pass', 'authToken', 'secret'])(
    'a credential under transportConfig.%s is refused: that part is shown',
    (key) => {
      expect(
        createRefusal({ transport: 'sandbox', phone: PHONE, transportConfig: { [key]: 'x' } }),
      ).toMatchObject({
        param: `transportConfig.${key}`,
      });
    },
  );
});

describe('parseUpdateLine', () => {
  const update = (body: unknown) => parseUpdateLine(body).request;

  test('only what is given changes', () => {
    expect(update({ isActive: false })).toEqual({ isActive: false });
    expect(update({ attempts: 3, hourlyNewConversationsLimit: 20 })).toEqual({
      attempts: 3,
      hourlyNewConversationsLimit: 20,
    });
  });

  test('null lifts a cap, removes a name, an address or the secret', () => {
    const changes = {
      dailyNewConversationsLimit: null,
      firstName: null,
      phone: null,
      email: null,
      secret: null,
    };
    expect(update(changes)).toEqual(changes);
  });

  test('a blank secret changes nothing', () => {
    expect(update({ secret: '', firstName: 'Ada' })).toEqual({ firstName: 'Ada' });
  });

  test.each(['messageType', 'transport', 'channelType'])('%s never changes', (name) => {
    expect(updateRefusal({ [name]: 'sms', isActive: true })).toMatchObject({
      code: 'INVALID_FIELD',
      error: `${name} cannot be changed; make a new line`,
    });
  });

  test('nothing to change is a mistake', () => {
    expect(updateRefusal({})).toMatchObject({ code: 'NOTHING_TO_CHANGE' });
    expect(updateRefusal({ isActive: null, foo: 1 })).toMatchObject({ code: 'NOTHING_TO_CHANGE' });
  });
});

test('any JSON is parsed or refused with a Problem; what the schemas refuse, the parsers refuse', () => {
  const bodies = fc
    .dictionary(
      fc.constantFrom(...Object.keys(CreateLineBody.shape)),
      fc.oneof(fc.jsonValue(), fc.constantFrom('sandbox', PHONE)),
      { maxKeys: 4 },
    )
    .map((fields) => ({ transport: 'sandbox', phone: PHONE, ...fields }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), bodies), (body) => {
      const created = createRefusal(body);
      const updated = updateRefusal(body);
      if (!CreateLineBody.safeParse(body).success) expect(created).not.toBeNull();
      if (!UpdateLineBody.safeParse(body).success) expect(updated).not.toBeNull();
    }),
    { numRuns: 2_000 },
  );
});
