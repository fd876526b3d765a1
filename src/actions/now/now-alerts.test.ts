import { describe, expect, test } from 'vitest';
import type { NowLine } from '../../contract/workspace/now.ts';
import { alertsOf, type Situation } from './now-alerts.ts';

const AT = '2026-11-26T12:00:00.000Z';
const NOTHING: Situation = { isReadOnly: false, lines: [], webhooks: [], campaigns: [], optOuts: 0 };

function line(differs: Partial<NowLine>): NowLine {
  return {
    id: 'line',
    name: 'Ada',
    address: '+12025550143',
    messageType: 'imessage',
    channelType: 'phone',
    transport: 'relay',
    isActive: true,
    health: 'healthy',
    downSince: null,
    risk: 'low',
    caps: [],
    waiting: { count: 0, more: false },
    sending: 0,
    lastSentAt: null,
    nextSlot: { state: 'open', at: null, gate: null },
    ...differs,
  };
}

const cap = (used: number, limit: number | null) =>
  line({ caps: [{ cap: 'daily_total', used, limit, resetsAt: AT }] });
const kinds = (situation: Partial<Situation>) =>
  alertsOf({ ...NOTHING, ...situation }).map(({ kind }) => kind);

describe('a cap', () => {
  test.each([
    [89, 100, []],
    [90, 100, ['cap_near']],
    [99, 100, ['cap_near']],
    [100, 100, ['cap_reached']],
    [104, 100, ['cap_reached']],
  ])('of which %i of %i are used: %j', (used, limit, expected) => {
    expect(kinds({ lines: [cap(used, limit)] })).toEqual(expected);
  });

  test('that is none, or that somebody set to nothing, is no alert', () => {
    expect(kinds({ lines: [cap(1_000, null), cap(0, 0)] })).toEqual([]);
  });

  test('of a line that is switched off is nobody’s concern, and of one that is down less than that', () => {
    const full = cap(100, 100);
    expect(kinds({ lines: [{ ...full, isActive: false }] })).toEqual([]);
    expect(kinds({ lines: [{ ...full, health: 'down', downSince: AT }] })).toEqual(['line_down']);
  });
});

describe('what is to be done', () => {
  test('about a line that is down depends on how it reaches the world', () => {
    for (const [transport, words] of [
      ['relay', /Mac is awake/],
      ['bluebubbles', /Mac is awake/],
      ['twilio', /Twilio/],
      ['smtp', /mail server/],
    ] as const) {
      const [alert] = alertsOf({ ...NOTHING, lines: [line({ transport, health: 'down', downSince: AT })] });
      expect(alert).toMatchObject({ severity: 'critical', since: AT, about: { type: 'line', id: 'line' } });
      expect(alert?.whatToDo).toMatch(words);
    }
  });

  test('about a webhook that was switched off depends on why', () => {
    const off = { id: 'hook', name: 'CRM', isActive: false, failureCount: 0, failingSince: null };
    const state = { ...off, updatedAt: 0, lastTriggeredAt: null };
    for (const [disabledReason, words] of [
      ['gone', /410/],
      ['failing', /five days/],
    ] as const) {
      const [alert] = alertsOf({ ...NOTHING, webhooks: [{ ...state, disabledReason }] });
      expect(alert).toMatchObject({ kind: 'webhook_disabled', about: { type: 'webhook', id: 'hook' } });
      expect(alert?.whatToDo).toMatch(words);
    }
    expect(kinds({ webhooks: [{ ...state, disabledReason: null }] })).toEqual([]);
  });
});

test('the worst comes first, and a hundred are enough', () => {
  const lines = [...Array(150).keys()].map((n) => ({ ...cap(95, 100), id: String(n) }));
  const alerts = alertsOf({ ...NOTHING, isReadOnly: true, optOuts: 2, lines });
  expect(alerts.length).toBe(100);
  expect(alerts[0]?.kind).toBe('workspace_read_only');
  expect(kinds({ optOuts: 2, lines: [line({ health: 'down', downSince: AT }), cap(100, 100)] })).toEqual([
    'line_down',
    'cap_reached',
    'opt_outs',
  ]);
});
