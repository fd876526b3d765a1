/**
 * The judge must be able to find fault. Each of these breaks something where he does not look, in the database or at the
 * carriers, and every invariant that watches over it has to notice. What no sabotage breaks is not watched over.
 */
import { expect, test } from 'vitest';
import type { Channel } from '../../src/channels/channel.ts';
import { statement } from '../../src/store/database.ts';
import { createTestDatabase } from '../database.ts';
import { pauseCampaign } from './campaigns.ts';
import { receiveLetter } from './echoes.ts';
import { changeLine, setBilling } from './faults.ts';
import { INVARIANTS } from './invariants/index.ts';
import { type Sabotage, simulate } from './simulate.ts';
import { setFallback } from './town.ts';
import type { World } from './world.ts';

const LOOK_AT_ALL = `UPDATE campaigns SET look_at = $1 WHERE status = 'active'`;
const WAITING = `status IN ('pending', 'scheduled', 'queued')`;

/** Everything waits for two hours: time for dates, expiries and second thoughts. */
const holdBack: Sabotage['begin'] = async (world) => {
  const lines = [...world.history.lines.values()];
  for (const line of lines) await changeLine(world, line, { isActive: false });
  await world.clock.sleep(2 * 3_600_000);
  for (const line of lines) await changeLine(world, line, { isActive: true });
};

const SABOTAGES: Readonly<Record<string, Sabotage>> = {
  'pacing is switched off': {
    breaks: [
      'keepsTheDailyTotal',
      'keepsTheDailyFirstTouches',
      'keepsTheHourlyFirstTouches',
      'keepsTheDeviceGap',
      'keepsTheContactGap',
    ],
    async begin(world) {
      const tight = { dailyTotal: 4, dailyNew: 3, hourlyNew: 2, contactGapMs: 600_000 };
      for (const line of world.history.lines.values()) await changeLine(world, line, tight, 600_000);
    },
    step: runs(
      `UPDATE lines SET daily_new_conversations_limit = NULL, daily_total_messages_limit = NULL,
         hourly_new_conversations_limit = NULL, contact_gap_ms = 0`,
      'UPDATE devices SET gap_ms = 0',
    ),
  },
  'windows, dates and expiries are forgotten': {
    breaks: ['staysInsideItsWindow', 'waitsForItsDate', 'stopsAtItsExpiry'],
    begin: holdBack,
    step: runs(
      waking(`UPDATE messages SET settings = NULL, scheduled_date = NULL, expires_at = NULL, due_at = created_at
         WHERE num_nonnulls(settings, scheduled_date, expires_at) > 0 AND ${WAITING}`),
    ),
  },
  'opt-outs are forgotten': {
    breaks: ['sparesWhoOptedOut'],
    async begin(world, people) {
      for (const { workspaceId, name, phones } of people) {
        const line = [...world.history.lines.values()].find((each) => each.workspaceId === workspaceId);
        const letter = {
          workspaceId,
          lineId: line?.id ?? '',
          address: phones[0] ?? '',
          text: 'STOP',
          id: name,
        };
        await receiveLetter(world, letter);
      }
    },
    step: runs('UPDATE leads SET opted_out_at = NULL', 'UPDATE addresses SET suppressed_at = NULL'),
  },
  'the counts of leads are cleared': {
    breaks: ['countsLeadsAsTheyAre'],
    step: runs('DELETE FROM fresh_lead_counts', 'DELETE FROM lead_counts'),
  },
  'conversations are forgotten': {
    breaks: ['keepsToTheLineTheyKnow'],
    step: runs('DELETE FROM touches'),
  },
  'the cancelled come back': {
    breaks: ['leavesTheCancelledAlone', 'isWhatItsEventsTell'],
    begin: holdBack,
    step: runs(waking(`UPDATE messages SET status = 'queued' WHERE status = 'cancelled'`)),
  },
  'a channel delivers twice': {
    breaks: ['arrivesOnce'],
    world: wraps((channel) => ({
      async send(...given) {
        await channel.send(...given);
        return channel.send(...given);
      },
    })),
  },
  'leases are taken away': {
    breaks: ['speaksToOneAtATime', 'leavesNothingBehind'],
    step: runs(
      waking(
        `UPDATE messages SET status = 'queued', lease_until = NULL, due_at = $1 WHERE status = 'sending'`,
      ),
    ),
  },
  'a channel confuses its messages': {
    breaks: ['sendsOnlyWhatIsLeased'],
    world: wraps((channel) => ({
      send: (line, outgoing, lease) =>
        channel.send(line, { ...outgoing, attempt: outgoing.attempt + 7 }, lease),
    })),
  },
  'lines are switched on again and bills are paid': {
    breaks: ['sendsFromLivingLinesOnly', 'readOnlySendsNothing'],
    async begin(world, people) {
      for (const id of world.history.workspaces.keys()) await setBilling(world, id, true);
      await holdBack(world, people);
    },
    step: runs(
      `UPDATE lines SET is_active = true, health_status = 'healthy', down_since = NULL, next_send_at = $1
       WHERE NOT is_active OR health_status = 'down'`,
      `UPDATE workspaces SET billing_status = 'active'`,
    ),
  },
  'events get lost': {
    breaks: ['tellsEveryTransitionOnce', 'isWhatItsEventsTell'],
    step: runs(`DELETE FROM events WHERE type = 'message.unknown' OR type = 'message.retrying'`),
  },
  'events tell another story': {
    breaks: ['obeysTheLifecycle'],
    step: runs(`UPDATE events SET data = data || '{"status":"cancelled"}' WHERE type = 'message.sent'`),
  },
  'counters run ahead': {
    breaks: ['countsWhatLeft'],
    step: runs(
      'UPDATE lines SET total_messages_today = total_messages_today + 1 WHERE total_messages_today = 3',
    ),
  },
  'a channel takes what it never passes on': {
    breaks: ['saysWhatHappened'],
    world: wraps(() => ({ send: async () => ({ outcome: 'accepted', externalMessageId: null }) })),
  },
  'a channel denies what it delivered': {
    breaks: ['saysWhatHappened', 'neverSaysItOnBothChannels'],
    world: wraps((channel) => ({
      async send(line, ...rest) {
        const outcome = await channel.send(line, ...rest);
        const denies = outcome.outcome === 'accepted' && line.messageType === 'imessage';
        return denies ? { outcome: 'not_on_channel', message: 'Nobody there' } : outcome;
      },
    })),
  },
  'every failure is followed by an SMS': {
    breaks: ['followsTheFallbackMatrix'],
    async begin(world) {
      world.carrier.weather = 'storm';
      for (const id of world.history.workspaces.keys())
        await setFallback(world, id, { enabled: true, onFailed: false });
    },
    step: runs(
      'UPDATE messages SET send_fallback_sms_on_failed = true',
      'UPDATE workspaces SET fallback_enabled = true',
    ),
  },
  'fallbacks are not owned up to': {
    breaks: ['fallsBackOnce'],
    step: runs('UPDATE messages SET fallback_sms_dispatched = false'),
  },
  'nobody is woken': {
    breaks: ['servesEveryClass', 'endsEverything'],
    step: runs('DELETE FROM line_wakes', 'UPDATE lines SET next_send_at = NULL'),
  },
  'what was accepted is lost': {
    breaks: ['keepsWhatItAccepted'],
    step: runs('DELETE FROM events', 'DELETE FROM messages'),
  },
  'campaigns forget what they sent': {
    breaks: ['givesEachStepOnce', 'keepsTheOrderOfSteps'],
    begin: (world) => runs('DROP INDEX messages_step')(world),
    step: runs(
      `UPDATE campaign_leads SET step_key = NULL, message_id = NULL, next_step_key = NULL, look_at = $1
       WHERE status = 'active' AND look_at IS NOT NULL AND step_key <> 's1'`,
      LOOK_AT_ALL,
    ),
  },
  'waits of campaigns are forgotten': {
    breaks: ['waitsBetweenSteps'],
    step: runs(
      `UPDATE campaigns SET steps = (SELECT jsonb_agg(jsonb_set(step, '{wait}', '{"value": 0, "unit": "s"}') ORDER BY n)
         FROM jsonb_array_elements(steps) WITH ORDINALITY AS all_of_them(step, n)) WHERE steps::text LIKE '%"min"%'`,
      'UPDATE campaign_leads SET look_at = $1 WHERE look_at > $1::timestamptz',
      LOOK_AT_ALL,
    ),
  },
  'replies end no campaign': {
    breaks: ['stopsAtAReply'],
    async begin(world, people) {
      for (let n = 0; !world.isOver; n += 1) {
        await world.clock.sleep(20 * 60_000);
        for (const { workspaceId, name, phones } of people) {
          const line = [...world.history.lines.values()].find((each) => each.workspaceId === workspaceId);
          const letter = { workspaceId, lineId: line?.id ?? '', address: phones[0] ?? '', text: 'Hello?' };
          await receiveLetter(world, { ...letter, id: `${name} ${n}` });
        }
      }
    },
    step: runs(`UPDATE campaigns SET on_reply = 'continue'`),
  },
  'conditions of campaigns are forgotten': {
    breaks: ['stopsAtAConditionThatHolds'],
    async begin({ clock, history }) {
      await clock.sleep(60 * 60_000);
      for (const { leadId } of history.stories.values())
        for (const each of Object.values(history.contact(leadId))) each.set(clock.now(), true);
    },
    step: runs(
      `UPDATE campaigns SET steps = (SELECT jsonb_agg(jsonb_set(step, '{stopConditions}', '[]') ORDER BY n)
         FROM jsonb_array_elements(steps) WITH ORDINALITY AS all_of_them(step, n)) WHERE steps::text LIKE '%"stopConditions": [{%'`,
    ),
  },
  'leads of campaigns change lines': {
    breaks: ['staysOnItsLine'],
    step: runs(
      `UPDATE campaign_leads e SET line_id = coalesce((SELECT l.id FROM lines l WHERE l.workspace_id = e.workspace_id
           AND l.message_type = 'imessage' AND l.id <> e.line_id ORDER BY l.id DESC LIMIT 1), e.line_id)
       WHERE e.status = 'active' AND e.look_at IS NOT NULL AND e.line_id =
         (SELECT m.line_id FROM messages m WHERE m.workspace_id = e.workspace_id AND m.id = e.message_id)`,
      // Or they would go back to the line that talks to them.
      'DELETE FROM touches',
    ),
  },
  'pauses are lifted': {
    breaks: ['pausedSendsNothing'],
    async begin(world) {
      await world.clock.sleep(40 * 60_000);
      for (const campaign of world.history.campaigns.values()) await pauseCampaign(world, campaign);
    },
    step: runs(
      `UPDATE campaigns SET status = 'active', is_waking = true, look_at = $1 WHERE status = 'paused'`,
    ),
  },
  'nobody looks at campaigns': {
    breaks: ['endsEveryWay'],
    step: runs('DELETE FROM campaign_wakes', 'UPDATE campaigns SET look_at = NULL'),
  },
  'keys are forgotten': {
    breaks: ['storesEachAskOnce'],
    step: runs('DELETE FROM idempotency_keys'),
  },
};

const HOURS = 4;
/** Not every run comes to the point. */
const MOST_SEEDS = 5;
/** See sim.test.ts. */
const LONGEST_MS = 1_800_000;

test.each(Object.entries(SABOTAGES))(
  'it is noticed when %s',
  { timeout: LONGEST_MS },
  async (_what, sabotage) => {
    const missed = new Set(sabotage.breaks);
    for (let seed = 1; missed.size > 0 && seed <= MOST_SEEDS; seed += 1) {
      const database = await createTestDatabase();
      const { violations } = await simulate({
        seed,
        hours: HOURS,
        calmHours: 12,
        databaseUrl: database.url,
        sabotage,
      });
      for (const { invariant } of violations) missed.delete(invariant);
      await database.drop();
    }
    expect([...missed]).toEqual([]);
  },
);

test('every invariant is broken by some sabotage', () => {
  const broken = new Set(Object.values(SABOTAGES).flatMap((sabotage) => sabotage.breaks));
  expect(INVARIANTS.map((invariant) => invariant.name).filter((name) => !broken.has(name))).toEqual([]);
});

/** Runs between any two steps; `$1` is now. */
function runs(...texts: string[]): (world: World) => Promise<void> {
  const statements = texts.map((text, index) => statement(`sabotage_${index}_${text.length}`, text));
  return async ({ database: sql, clock }) => {
    for (const each of statements) {
      await sql.query(each, each.text.includes('$1') ? [new Date(clock.now()).toISOString()] : []);
    }
  };
}

/** Changes messages, and has their lines looked at. */
function waking(change: string): string {
  return `WITH changed AS (${change} RETURNING line_id)
    UPDATE lines SET next_send_at = $1::timestamptz WHERE id IN (SELECT line_id FROM changed)`;
}

/** Every process gets a channel that differs in this. */
function wraps(change: (channel: Channel) => Partial<Channel>): (world: World) => void {
  return ({ carrier }) => {
    const channelFor = carrier.channelFor.bind(carrier);
    carrier.channelFor = (sender) => {
      const channel = channelFor(sender);
      return { ...channel, ...change(channel) };
    };
  };
}
