/**
 * `npm run show:campaign`: a campaign of three steps and a branch is foreseen, launched, and sent on a clock that leaps from one
 * due thing to the next; then what was foreseen is laid beside what happened. Simulated phones, everything else is the product.
 */
import { runProgram, toNumber } from '../scripts/program.ts';
import type { CampaignAnalyticsAnswer } from '../src/contract/campaigns/campaign-analytics.ts';
import type { SimulationAnswer } from '../src/contract/campaigns/simulations.ts';
import type { LineForecast } from '../src/contract/lines/line-forecast.ts';
import { readOptions } from '../src/lib/command-line.ts';
import { type Entry, entriesOf, messagesOf, statusOf } from '../test/campaigns.ts';
import { type Compressed, openCompressed, run } from '../test/compressed.ts';
import { createTestDatabase } from '../test/database.ts';
import { startTestServer } from '../test/database-server.ts';
import { messagesIn, simulateOnly } from '../test/simulations.ts';
import { newPhone, openWorkspace, read, type Workspace } from '../test/workspaces.ts';

const USAGE = `Usage: npm run show:campaign -- [--leads N] [--lines N]

Foresees a branching campaign of three steps, launches it on a clock that leaps, and compares.
  --leads N   how many people it writes to (default: 10000)
  --lines N   over how many lines (default: 8)`;

/** What an Apple account bears before it draws attention: the product's own figures. */
const LINE = {
  deviceGapMs: 30_000,
  contactGapMs: 45_000,
  dailyNewConversationsLimit: 50,
  dailyTotalMessagesLimit: 75,
  hourlyNewConversationsLimit: 50,
};
const SCHEDULE = {
  timezone: 'Europe/Berlin',
  sendWindowStart: '09:00',
  sendWindowEnd: '18:00',
  allowedDaysOfWeek: [1, 2, 3, 4, 5],
};
const STEPS = [
  {
    key: 'hello',
    message: 'Hi {firstName|there}, shall we send you the catalogue?',
    branches: [{ condition: { type: 'tag', tag: 'trial', is: 'present' }, to: 'offer' }],
  },
  {
    key: 'reminder',
    message: 'Just in case you missed it, {firstName|there}',
    wait: { value: 2, unit: 'd' },
    stopConditions: [{ id: 'customers', type: 'tag', tag: 'customer', is: 'present' }],
    next: 'end',
  },
  { key: 'offer', message: 'A month more for you, {firstName|there}', wait: { value: 1, unit: 'd' } },
];
/** Of five each: two on trial, one a customer. */
const TAGS = [[], ['trial'], ['customer'], ['trial'], []];
const MONDAY = Date.parse('2026-11-30T07:00:00Z');
const DAY_MS = 86_400_000;
const LEADS_AT_ONCE = 500;
const PART_OF_FORECAST = 50;
const LEAST_OF_FORECAST = 120;
const WIDTH = 50;
/** On a busy machine it takes long: somebody watches. */
const TOLD_EVERY_MS = 30_000;

await runProgram(USAGE, async (args) => {
  const given = readOptions(args, ['leads', 'lines']);
  const leads = toNumber('--leads', given.leads, 'above zero') ?? 10_000;
  const lines = toNumber('--lines', given.lines, 'above zero') ?? 8;
  const server = await startTestServer();
  try {
    const database = await createTestDatabase(server);
    const app = await openCompressed(MONDAY, { databaseUrl: database.url });
    const isRight = (await showCampaign(app, leads, lines)) && (await showForecast(app, leads));
    await app.close();
    return isRight ? 0 : 1;
  } finally {
    await server.stop();
  }
});

/** Foreseen, sent, compared. True: to the message. */
async function showCampaign(app: Compressed, leads: number, lines: number): Promise<boolean> {
  const ws = await openShop(app, lines);
  const id = await draft(app, ws, leads);
  say(
    `A campaign of three steps and a branch to ${leads} leads over ${lines} lines, from ${toMinute(MONDAY)}.`,
  );

  const simulator = simulateOnly(app);
  const { result, seconds } = await foresee(ws, id);
  say(
    `\nForeseen in ${seconds.toFixed(1)} s: ${result.messages} messages to ${result.leads} leads, the last at ${toMinute(at(result.finishAt))}.`,
  );
  say(histogramOf(result.perDay));
  for (const { reason, stepKey, count } of result.neverGoes.byReason)
    say(`${count} never get ${stepKey}: ${reason}.`);
  for (const warning of result.warnings) say(warning);
  const foreseen = await messagesIn(ws, id, result);
  const more = await foresee(ws, id, { addLines: 2 });
  say(`With two more lines the last would go at ${toMinute(at(more.result.finishAt))}.`);
  await simulator.stop();

  const startedAt = performance.now();
  await launch(ws, id);
  const tell = tellEvery(TOLD_EVERY_MS);
  await run(app, async (now) => {
    tell(() => `  … ${toMinute(now)}, after ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
    return (await statusOf(app, ws, id)) === 'completed';
  });
  const took = (performance.now() - startedAt) / 1000;
  const happened = (await messagesOf(app, ws, id)).filter(({ sentAt }) => sentAt !== null);
  const days = (app.clock.now() - MONDAY) / DAY_MS;
  say(
    `\nLaunched, and sent within ${took.toFixed(0)} s: ${happened.length} messages in ${days.toFixed(1)} days, ${((days * DAY_MS) / 1000 / took).toFixed(0)} times as fast as life.`,
  );

  const wanted = new Map(foreseen.flatMap((each) => (each.at === null ? [] : [[keyOf(each), each]])));
  let [same, largest, sum] = [0, 0, 0];
  for (const each of happened) {
    const before = wanted.get(keyOf(each));
    if (before === undefined || before.lineId !== each.lineId) continue;
    const error = Math.abs((each.sentAt ?? 0) - at(before.at));
    same += 1;
    largest = Math.max(largest, error);
    sum += error;
  }
  const finishedAt = Math.max(...happened.map(({ sentAt }) => sentAt ?? 0));
  say(
    `Prediction error: ${same} of ${wanted.size} foreseen messages went to their lead, as their step, from their line;`,
  );
  say(
    `their instants differ by ${(sum / same).toFixed(0)} ms on average and ${largest} ms at most, the end by ${Math.abs(finishedAt - at(result.finishAt))} ms.`,
  );
  await showAnalytics(ws, id);
  return same === wanted.size && happened.length === wanted.size && largest === 0;
}

async function showAnalytics(ws: Workspace, id: string): Promise<void> {
  const startedAt = performance.now();
  const { body } = await ws.call<CampaignAnalyticsAnswer>('GET', `/api/campaigns/${id}/analytics`);
  say(`\nIts figures, counted in ${(performance.now() - startedAt).toFixed(0)} ms:`);
  say(
    `${'step'.padEnd(12)}${['reached', 'sent', 'fallback', 'failed', 'replied', 'stopped here'].map((each) => each.padStart(13)).join('')}`,
  );
  const row = (name: string, figures: CampaignAnalyticsAnswer['totals'], stopped: number) => {
    const { reached, sent, fallback, failed, replied } = figures;
    say(
      `${name.padEnd(12)}${[reached, sent, fallback, failed, replied, stopped].map((each) => String(each).padStart(13)).join('')}`,
    );
  };
  for (const { stepKey, figures, leads } of body.perStep) row(stepKey ?? '', figures, leads.stopped);
  row('all', body.totals, body.leads.stopped);
  for (const { detail, conditionId, stepKey, leads } of body.stopped)
    say(`${leads} stopped after ${stepKey}${conditionId === null ? '' : ` by ${conditionId}`}: ${detail}.`);
}

/** The queue of one line, and what two more would change; then the same with two more. True: as forecast. */
async function showForecast(app: Compressed, leads: number): Promise<boolean> {
  const few = Math.max(LEAST_OF_FORECAST, Math.round(leads / PART_OF_FORECAST));
  const alone = await openShop(app, 1);
  const withMore = await openShop(app, 3);
  const campaigns = [await draft(app, alone, few), await draft(app, withMore, few)] as const;
  await launch(alone, campaigns[0]);
  await launch(withMore, campaigns[1]);
  const began = app.clock.now();
  await run(app, async () => (await entriesOf(app, alone, campaigns[0])).every(isMade));
  const path = `/api/lines/${alone.lines[0]?._id}/forecast?addLines=2`;
  const { body } = await alone.call<LineForecast>('GET', path);
  say(`\nThe same to ${few} leads over one line, launched at ${toMinute(began)}; forecast of its queue:`);
  await run(app, async () => {
    const states = [await statusOf(app, alone, campaigns[0]), await statusOf(app, withMore, campaigns[1])];
    return states.every((state) => state === 'completed');
  });
  const errors = [
    await compare(app, alone, campaigns[0], 'as it is', body.now.drainsAt),
    await compare(app, withMore, campaigns[1], 'with two more lines', body.whatIf?.drainsAt ?? null),
  ];
  return errors.every((error) => error < DAY_MS);
}

async function compare(
  app: Compressed,
  ws: Workspace,
  id: string,
  what: string,
  drainsAt: string | null,
): Promise<number> {
  const last = Math.max(...(await messagesOf(app, ws, id)).map(({ sentAt }) => sentAt ?? 0));
  const error = Math.abs(last - at(drainsAt));
  say(
    `  ${what}: it drains at ${toMinute(at(drainsAt))}; the last message went at ${toMinute(last)} (error ${(error / 60_000).toFixed(1)} min).`,
  );
  return error;
}

function isMade({ stepKey, status }: Entry): boolean {
  return stepKey !== null || status !== 'active';
}

async function openShop(app: Compressed, lines: number): Promise<Workspace> {
  const ws = await openWorkspace(app, { lines: Array.from({ length: lines }, () => LINE) });
  // Nobody asks after the health of simulated devices, minute by minute, for weeks.
  await read(app, 'UPDATE lines SET health_checked_at = NULL');
  return ws;
}

async function draft(app: Compressed, ws: Workspace, leads: number): Promise<string> {
  const { list } = await ask<{ list: { _id: string } }>(ws, '/api/lists', { name: 'Fair' });
  for (let from = 0; from < leads; from += LEADS_AT_ONCE) {
    const some = Array.from({ length: Math.min(LEADS_AT_ONCE, leads - from) }, (_, n) => ({
      firstName: `Lead${from + n}`,
      phone: newPhone(),
      tags: TAGS[(from + n) % TAGS.length],
    }));
    await ask(ws, '/api/leads', { listId: list._id, leads: some });
  }
  // Nor is each of them asked after, seventy a day and line: the clock would leap from one of these questions to the next.
  for (const table of ['availability_job_leads', 'availability_jobs'])
    await read(app, `DELETE FROM ${table}`);
  const { campaign } = await ask<{ campaign: { _id: string } }>(ws, '/api/campaigns', {
    name: 'After the fair',
    listId: list._id,
    lineIds: ws.lines.map(({ _id }) => _id),
    schedule: SCHEDULE,
    steps: STEPS,
  });
  return campaign._id;
}

function launch(ws: Workspace, id: string): Promise<unknown> {
  return ask(ws, `/api/campaigns/${id}/launch`, {});
}

async function foresee(ws: Workspace, id: string, body: object = {}) {
  const startedAt = performance.now();
  const path = `/api/campaigns/${id}`;
  // The app's clock stands still, so an answer that waits would wait until it is done, however long that takes.
  const headers = { prefer: 'wait=0' };
  let { simulation } = (await ws.call<SimulationAnswer>('POST', `${path}/simulate`, body, headers)).body;
  while (simulation.result === null && simulation.error === null) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { simulationId } = simulation;
    ({ simulation } = (await ws.call<SimulationAnswer>('GET', `${path}/simulations/${simulationId}`)).body);
  }
  if (simulation.result === null) throw new Error(`not foreseen: ${simulation.error}`);
  const { simulationId, result } = simulation;
  return { result: { ...result, simulationId }, seconds: (performance.now() - startedAt) / 1000 };
}

async function ask<Body>(ws: Workspace, path: string, body: object): Promise<Body> {
  const answer = await ws.call<Body>('POST', path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

function histogramOf(perDay: readonly { day: string; messages: number; firstTouches: number }[]): string {
  const days = [...Map.groupBy(perDay, ({ day }) => day)].map(([day, rows]) => ({
    day,
    messages: rows.reduce((sum, { messages }) => sum + messages, 0),
    first: rows.reduce((sum, { firstTouches }) => sum + firstTouches, 0),
  }));
  const most = Math.max(...days.map(({ messages }) => messages));
  const bar = ({ messages, first }: (typeof days)[number]) => {
    const firsts = Math.round((first / most) * WIDTH);
    return `${'█'.repeat(firsts)}${'▒'.repeat(Math.round((messages / most) * WIDTH) - firsts)}`;
  };
  return [
    '  day        messages   █ first messages  ▒ follow-ups',
    ...days.map((each) => `  ${each.day} ${String(each.messages).padStart(8)}   ${bar(each)}`),
  ].join('\n');
}

function keyOf({ leadId, stepKey }: { leadId: string; stepKey: string | null }): string {
  return `${leadId} ${stepKey}`;
}

function at(iso: string | null): number {
  return iso === null ? Number.NaN : Date.parse(iso);
}

function toMinute(instant: number): string {
  return Number.isNaN(instant)
    ? 'no time at all'
    : new Date(instant).toISOString().slice(0, 16).replace('T', ' ');
}

function tellEvery(ms: number): (text: () => string) => void {
  let last = performance.now();
  return (text) => {
    if (performance.now() - last < ms) return;
    last = performance.now();
    say(text());
  };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
