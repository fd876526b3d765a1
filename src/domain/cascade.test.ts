import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AVAILABLE_REUSE_MS,
  type CascadeFacts,
  cascade,
  isReusable,
  type KnownAvailability,
  type LeadAddresses,
  nextAddress,
  UNAVAILABLE_REUSE_MS,
} from './cascade.ts';
import { MESSAGE_TYPES } from './words.ts';

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;
const NOTHING = { phone: null, email: null };

const FULL: LeadAddresses = {
  phone: '+10000000001',
  altPhones: ['+10000000002', '+10000000003', '+10000000004'],
  email: 'one@example.com',
  altEmails: ['two@example.com', 'three@example.com', 'four@example.com'],
};

describe('the cascade of a lead with every address', () => {
  it('of an iMessage is all phones, then all e-mail addresses', () => {
    expect(cascade('imessage', FULL, NOTHING)).toEqual([
      '+10000000001',
      '+10000000002',
      '+10000000003',
      '+10000000004',
      'one@example.com',
      'two@example.com',
      'three@example.com',
      'four@example.com',
    ]);
  });

  it('of an SMS is its phones only', () => {
    expect(cascade('sms', FULL, NOTHING)).toEqual([
      '+10000000001',
      '+10000000002',
      '+10000000003',
      '+10000000004',
    ]);
  });

  it('of an e-mail is its e-mail addresses only', () => {
    expect(cascade('email', FULL, NOTHING)).toEqual([
      'one@example.com',
      'two@example.com',
      'three@example.com',
      'four@example.com',
    ]);
  });
});

describe('the cascade', () => {
  it('tries an address given with the message before all that the lead has', () => {
    expect(cascade('imessage', FULL, { phone: '+19999999999', email: 'own@example.com' })).toEqual([
      '+19999999999',
      'own@example.com',
      ...cascade('imessage', FULL, NOTHING),
    ]);
    expect(cascade('imessage', FULL, { phone: null, email: 'own@example.com' })).toEqual([
      'own@example.com',
      ...cascade('imessage', FULL, NOTHING),
    ]);
    expect(cascade('sms', FULL, { phone: null, email: 'own@example.com' })[0]).toBe('+10000000001');
    expect(cascade('email', FULL, { phone: '+19999999999', email: 'own@example.com' })[0]).toBe(
      'own@example.com',
    );
  });

  it('begins with an address of the lead that the message names, whichever of its addresses that is', () => {
    for (const email of ['one@example.com', 'three@example.com'])
      expect(cascade('imessage', FULL, { phone: null, email })[0]).toBe(email);
    expect(cascade('imessage', FULL, { phone: '+10000000003', email: null })[0]).toBe('+10000000003');
  });

  it('keeps the documented order for a recipient that is the primary contact of the lead', () => {
    for (const messageType of MESSAGE_TYPES) {
      const { phone, email } = FULL;
      expect(cascade(messageType, FULL, { phone, email })).toEqual(cascade(messageType, FULL, NOTHING));
    }
  });

  it('serves a lead that has only what the message brought', () => {
    const bare: LeadAddresses = { phone: null, altPhones: [], email: null, altEmails: [] };
    expect(cascade('imessage', bare, { phone: '+19999999999', email: null })).toEqual(['+19999999999']);
    expect(cascade('sms', bare, { phone: null, email: 'own@example.com' })).toEqual([]);
  });

  it('names each address once, at its first place', () => {
    const doubled = {
      ...FULL,
      altPhones: ['+10000000001', '+10000000003', '+10000000003'],
      altEmails: ['one@example.com'],
    };
    expect(cascade('imessage', doubled, NOTHING)).toEqual([
      '+10000000001',
      '+10000000003',
      'one@example.com',
    ]);
    expect(cascade('sms', FULL, { phone: '+10000000003', email: null })).toEqual([
      '+10000000003',
      '+10000000001',
      '+10000000002',
      '+10000000004',
    ]);
  });

  it('leaves out what is not there', () => {
    const sparse = {
      phone: null,
      altPhones: [null, '+10000000003', ''],
      email: '',
      altEmails: [null, null, 'four@example.com'],
    };
    expect(cascade('imessage', sparse, { phone: '', email: '' })).toEqual([
      '+10000000003',
      'four@example.com',
    ]);
  });

  it('of an iMessage is, once nothing is given, that of an SMS, then that of an e-mail', () => {
    const maybe = (values: string[]) => fc.option(fc.constantFrom(...values, ''));
    const phone = maybe(['+10000000001', '+10000000002', '+10000000003']);
    const email = maybe(['one@example.com', 'two@example.com']);
    const lead = fc.record({
      phone,
      altPhones: fc.array(phone, { maxLength: 3 }),
      email,
      altEmails: fc.array(email, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(lead, fc.record({ phone, email }), (addresses, override) => {
        const of = (type: (typeof MESSAGE_TYPES)[number]) => cascade(type, addresses, override);
        expect(of('imessage').toSorted()).toEqual([...of('sms'), ...of('email')].toSorted());
        const plain = (type: (typeof MESSAGE_TYPES)[number]) => cascade(type, addresses, NOTHING);
        expect(plain('imessage')).toEqual([...plain('sms'), ...plain('email')]);
        for (const type of MESSAGE_TYPES) {
          expect(new Set(of(type)).size).toBe(of(type).length);
          expect(of(type)).not.toContain('');
        }
      }),
    );
  });
});

describe('a known availability', () => {
  const available = (ageMs: number): KnownAvailability => ({ status: 'available', checkedAt: NOW - ageMs });
  const unavailable = (ageMs: number): KnownAvailability => ({
    status: 'unavailable',
    checkedAt: NOW - ageMs,
  });

  it('is reused for 30 days when available, 7 when not', () => {
    expect([AVAILABLE_REUSE_MS, UNAVAILABLE_REUSE_MS]).toEqual([30 * DAY, 7 * DAY]);
    expect([isReusable(available(30 * DAY - 1), NOW), isReusable(available(30 * DAY), NOW)]).toEqual([
      true,
      false,
    ]);
    expect([isReusable(unavailable(7 * DAY - 1), NOW), isReusable(unavailable(7 * DAY), NOW)]).toEqual([
      true,
      false,
    ]);
  });

  it('from a clock that runs ahead is reused too', () => {
    expect(isReusable(available(-5000), NOW)).toBe(true);
  });
});

const [A, B, C] = ['+10000000001', '+10000000002', 'one@example.com'] as const;

function facts(over: Partial<CascadeFacts>): CascadeFacts {
  return {
    messageType: 'imessage',
    addresses: [A, B, C],
    known: new Map(),
    suppressed: new Set(),
    tried: new Set(),
    now: NOW,
    ...over,
  };
}

function knownAs(status: KnownAvailability['status'], ageDays: number, ...addresses: string[]) {
  return addresses.map((address) => [address, { status, checkedAt: NOW - ageDays * DAY }] as const);
}

describe('the next address', () => {
  it('is the first one, and to be checked while nothing is known', () => {
    expect(nextAddress(facts({}))).toEqual({ address: A, check: true });
  });

  it('needs no check while it is known to be available', () => {
    expect(nextAddress(facts({ known: new Map(knownAs('available', 29, A)) }))).toEqual({
      address: A,
      check: false,
    });
    expect(nextAddress(facts({ known: new Map(knownAs('available', 31, A)) }))).toEqual({
      address: A,
      check: true,
    });
  });

  it('passes over one known to be unavailable, until that is a week old', () => {
    expect(nextAddress(facts({ known: new Map(knownAs('unavailable', 6, A)) }))).toEqual({
      address: B,
      check: true,
    });
    expect(nextAddress(facts({ known: new Map(knownAs('unavailable', 8, A)) }))).toEqual({
      address: A,
      check: true,
    });
  });

  it('keeps the order of the cascade: an unknown one comes before a later one that is available', () => {
    expect(nextAddress(facts({ known: new Map(knownAs('available', 1, B)) }))).toEqual({
      address: A,
      check: true,
    });
  });

  it('is never one that opted out, however available', () => {
    const next = nextAddress(facts({ suppressed: new Set([A]), known: new Map(knownAs('available', 1, A)) }));
    expect(next).toEqual({ address: B, check: true });
  });

  it('is never one already tried in this send', () => {
    const next = nextAddress(facts({ tried: new Set([A, B]), known: new Map(knownAs('available', 1, A)) }));
    expect(next).toEqual({ address: C, check: true });
  });

  it('does not ask about iMessage for an SMS or an e-mail', () => {
    const known = new Map(knownAs('unavailable', 1, A, B, C));
    expect(nextAddress(facts({ messageType: 'sms', known }))).toEqual({ address: A, check: false });
    expect(nextAddress(facts({ messageType: 'email', addresses: [C], known }))).toEqual({
      address: C,
      check: false,
    });
  });

  it('is none when the lead has none', () => {
    expect(nextAddress(facts({ addresses: [], suppressed: new Set([A]) }))).toEqual({
      none: 'empty',
      checked: [],
    });
  });

  it('is none when all opted out, and nothing counts as checked', () => {
    const suppressed = new Set([A, B, C]);
    expect(nextAddress(facts({ suppressed, tried: new Set([A]) }))).toEqual({
      none: 'all_suppressed',
      checked: [],
    });
  });

  it('is none when the rest cannot be reached, and names what was asked, in order', () => {
    const next = nextAddress(
      facts({ suppressed: new Set([B]), tried: new Set([C]), known: new Map(knownAs('unavailable', 1, A)) }),
    );
    expect(next).toEqual({ none: 'all_unavailable', checked: [A, C] });
  });

  it('walks every address that may be written to exactly once, and then stops', () => {
    const subset = fc.subarray([A, B, C]);
    const status = fc.constantFrom('available', 'unavailable');
    const known = fc.dictionary(
      fc.constantFrom(A, B, C),
      fc.record({ status, checkedAt: fc.integer({ min: NOW - 40 * DAY, max: NOW }) }),
    );
    fc.assert(
      fc.property(
        subset,
        subset,
        known,
        fc.constantFrom(...MESSAGE_TYPES),
        (addresses, suppressed, answers, messageType) => {
          const tried = new Set<string>();
          const given = facts({
            messageType,
            addresses,
            suppressed: new Set(suppressed),
            known: new Map(Object.entries(answers)),
            tried,
          });
          const walked: string[] = [];
          let next = nextAddress(given);
          while ('address' in next) {
            expect(suppressed).not.toContain(next.address);
            expect(walked).not.toContain(next.address);
            walked.push(next.address);
            tried.add(next.address);
            next = nextAddress(given);
          }
          const allowed = addresses.filter((address) => !suppressed.includes(address));
          expect(next.checked).toEqual(allowed);
          expect(next.none).toBe(
            addresses.length === 0 ? 'empty' : allowed.length === 0 ? 'all_suppressed' : 'all_unavailable',
          );
        },
      ),
      { numRuns: 1000 },
    );
  });
});
