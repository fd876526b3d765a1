/** What the API shows of a campaign can be written back, and is then the same campaign. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CreateCampaignBody } from '../../contract/campaigns/campaign-bodies.ts';
import { parseCreateCampaign, parseUpdateCampaign } from '../../contract/campaigns/campaign-requests.ts';
import { Campaign } from '../../contract/campaigns/campaigns.ts';
import { refusalOf } from '../../contract/testing.ts';
import {
  type Condition,
  END,
  OPERATORS,
  type Schedule,
  type Step,
  WAIT_UNITS,
} from '../../domain/campaign/campaign.ts';
import { MESSAGE_TYPES, ON_REPLY } from '../../domain/words.ts';
import type { CampaignRow } from '../../store/campaigns/campaigns.ts';
import { presentCampaign } from './present-campaign.ts';

const RULES = { allowPrivateHosts: false };
const NOW = Date.parse('2026-11-26T12:00:00Z');
const ID = '0199c2f07a3b00010c9b2d4e';

const label = fc.stringMatching(/^[A-Za-z0-9äß][A-Za-z0-9äß ]{0,20}[A-Za-z0-9äß]$/);
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
  .filter((each) => each.isWellFormed() && !each.includes('\0'));
const wait = fc.record({ value: fc.nat(10_000), unit: fc.constantFrom(...WAIT_UNITS) });
const compared = {
  operator: fc.constantFrom(...OPERATORS),
  value: fc.oneof(label, fc.integer(), fc.constant(null)),
};
const asked = fc.oneof(
  fc.record({ type: fc.constantFrom('replied', 'dnc') }),
  fc.record({
    type: fc.constant('replied_with'),
    keywords: fc.array(label, { minLength: 1, maxLength: 5 }),
  }),
  fc.record({ type: fc.constant('no_reply_for'), wait }),
  fc.record({ type: fc.constant('tag'), tag: label, is: fc.constantFrom('present', 'absent') }),
  fc.record({ type: fc.constant('field'), field: label, ...compared }),
  fc.record({
    type: fc.constant('contacted_before'),
    scope: fc.constantFrom('campaign', 'any_campaign'),
  }),
  fc.record({
    type: fc.constant('http'),
    url: fc.constantFrom('https://crm.example.com/?mail={email}', 'http://a.example.com:8080/x'),
    method: fc.constant('POST'),
    body: fc.option(text),
    path: fc.constantFrom('', 'items[0].id', 'stage'),
    ...compared,
  }),
);
const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/).filter((each) => each !== END);
const way = fc.oneof(name, fc.constant(END));

/** Numbered, so that no two have one name. */
const steps = fc
  .array(
    fc.record({
      message: text,
      subject: fc.option(label),
      smsMessage: fc.option(text),
      attachments: fc.array(
        fc.record({
          url: fc.constant('https://example.com/a.png'),
          name: label.map((each) => `${each}.png`),
        }),
        { maxLength: 2 },
      ),
      wait,
      onlyNonResponders: fc.boolean(),
      stops: fc.array(asked, { maxLength: 3 }),
      ways: fc.array(fc.record({ asked, to: way }), { maxLength: 3 }),
      next: fc.option(way),
    }),
    { maxLength: 5 },
  )
  .map((given) =>
    given.map(
      ({ stops, ways, ...rest }, index): Step => ({
        ...rest,
        key: `key-${index}`,
        stopConditions: stops.map((each, n) => ({ id: `stop-${index}-${n}`, ...each }) as Condition),
        branches: ways.map(({ asked: each, to }, n) => ({
          condition: { id: `branch-${index}-${n}`, ...each } as Condition,
          to,
        })),
      }),
    ),
  );
const schedule: fc.Arbitrary<Schedule | null> = fc.option(
  fc
    .record({
      timezone: fc.constantFrom('lead', 'Europe/Berlin', 'UTC'),
      fallbackTimezone: fc.option(fc.constant('America/New_York')),
      hours: fc.option(fc.constantFrom(['09:00', '17:00'] as const, ['22:00', '06:00'] as const)),
      days: fc.option(fc.uniqueArray(fc.nat(6), { minLength: 1 }).map((days) => days.sort((a, b) => a - b))),
    })
    .map(({ hours, ...rest }) => ({ ...rest, start: hours?.[0] ?? null, end: hours?.[1] ?? null })),
);
const content = fc.record({
  name: label,
  messageType: fc.constantFrom(...MESSAGE_TYPES),
  listId: fc.option(fc.constant(ID)),
  lineIds: fc.uniqueArray(
    fc.integer({ min: 10, max: 99 }).map((n) => `${ID.slice(0, 22)}${n}`),
    { maxLength: 4 },
  ),
  steps,
  schedule,
  onReply: fc.constantFrom(...ON_REPLY),
  allowReentry: fc.boolean(),
  newLeadsFirst: fc.boolean(),
  sendFallbackSmsOnFailed: fc.boolean(),
});

function rowOf(written: Partial<CampaignRow>): CampaignRow {
  return {
    id: ID,
    name: 'Spring',
    status: 'draft',
    messageType: 'imessage',
    listId: null,
    lineIds: [],
    steps: [],
    secret: null,
    schedule: null,
    onReply: 'stop',
    allowReentry: false,
    newLeadsFirst: false,
    sendFallbackSmsOnFailed: false,
    nextLine: 0,
    enteringAfter: null,
    enteringListId: null,
    enteringTotal: null,
    lookAt: null,
    recheckingAfter: null,
    isWaking: false,
    pauseReason: null,
    startedAt: null,
    pausedAt: null,
    completedAt: null,
    archivedAt: null,
    createdAt: NOW,
    updatedAt: NOW,
    ...written,
  };
}

const plain = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

describe('a campaign, as it is shown', () => {
  test('has the published shape, and written back it is the same', () => {
    fc.assert(
      fc.property(content, (written) => {
        const shown = presentCampaign('org_1', rowOf(written), [], {});
        expect(Campaign.safeParse(shown).error?.issues ?? []).toEqual([]);
        const { request } = parseCreateCampaign(plain(shown), RULES);
        expect(plain({ ...request, headers: undefined })).toEqual(plain(written));
        const update = parseUpdateCampaign(plain(shown), RULES).request;
        expect(update.areStepsNamed).toBe(true);
      }),
    );
  });

  test('says of headers only which there are', () => {
    const condition: Condition = {
      id: 'crm',
      type: 'http',
      url: 'https://crm.example.com/',
      method: 'GET',
      body: null,
      path: '',
      operator: 'exists',
      value: null,
    };
    const first: Step = {
      key: 'a',
      message: 'Hi',
      subject: null,
      smsMessage: null,
      attachments: [],
      wait: { value: 0, unit: 's' },
      onlyNonResponders: false,
      stopConditions: [],
      branches: [{ condition, to: END }],
      next: null,
    };
    const headers = { crm: { 'x-b': 'hush', authorization: 'hush' }, constructor: { 'x-c': 'hush' } };
    const shown = presentCampaign('org_1', rowOf({ steps: [first] }), [], headers);
    expect(shown.steps[0]?.branches[0]?.condition).toMatchObject({ headersSet: ['authorization', 'x-b'] });
    expect(JSON.stringify(shown)).not.toContain('hush');
  });

  test('counts its entries by where they stand, and none of another campaign', () => {
    const of = (campaignId: string) =>
      (['active', 'held', 'finished', 'stopped', 'failed'] as const).map((status, n) => ({
        campaignId,
        status,
        stepKey: null,
        reason: null,
        count: n + 1,
      }));
    const counts = [...of(ID), ...of('other')];
    const entering = rowOf({ status: 'active', enteringAfter: '', enteringTotal: 40 });
    expect(presentCampaign('org_1', entering, counts, {}).progress).toEqual({
      total: 15,
      entering: 40,
      active: 1,
      held: 2,
      finished: 3,
      stopped: 4,
      failed: 5,
    });
    expect(presentCampaign('org_1', rowOf({ enteringTotal: 40 }), [], {}).progress.entering).toBeNull();
  });
});

describe('whatever JSON is given', () => {
  const hostile = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('\0', '\ud800', '__proto__', 'a'.repeat(300), 2 ** 60, -1, [], {}),
  );
  /** A campaign with anything at a few places of its JSON. */
  const damaged = fc
    .tuple(content, fc.array(fc.tuple(fc.nat(), hostile), { minLength: 1, maxLength: 4 }))
    .map(([written, damages]) => {
      const shown = plain(presentCampaign('org_1', rowOf(written), [], {})) as object;
      for (const [place, value] of damages) damage(shown, place, value);
      return shown;
    });

  test('it is read, or refused as the caller’s mistake; and what is read has the published shape', () => {
    fc.assert(
      fc.property(fc.oneof(damaged, hostile), (body) => {
        const refused = refusalOf(() => parseCreateCampaign(body, RULES));
        if (refused !== null) {
          expect(refused.status).toBeLessThan(500);
          return;
        }
        const { request } = parseCreateCampaign(body, RULES);
        const shown = presentCampaign('org_1', rowOf(request), [], {});
        expect(Campaign.safeParse(shown).error?.issues ?? []).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('what the published shape of requests forbids is refused', () => {
    fc.assert(
      fc.property(damaged, (body) => {
        const published = CreateCampaignBody.safeParse(body);
        // A blank where a text may stand counts as absent, whatever the shape says of it.
        if (published.success || JSON.stringify(body).includes('""')) return;
        const isBlank = published.error.issues.every(({ path }) => valueAt(body, path) === null);
        if (!isBlank) expect(refusalOf(() => parseCreateCampaign(body, RULES))).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});

/** Puts `value` in the place of one of all the places there are. */
function damage(root: object, place: number, value: unknown): void {
  const places: { at: Record<string, unknown>; name: string }[] = [];
  const walk = (at: object) => {
    for (const [key, each] of Object.entries(at)) {
      places.push({ at: at as Record<string, unknown>, name: key });
      if (typeof each === 'object' && each !== null) walk(each as object);
    }
  };
  walk(root);
  const chosen = places[place % Math.max(places.length, 1)];
  if (chosen !== undefined) chosen.at[chosen.name] = value;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let at = root;
  for (const key of path) at = (at as Record<PropertyKey, unknown> | null | undefined)?.[key] ?? null;
  return at;
}
