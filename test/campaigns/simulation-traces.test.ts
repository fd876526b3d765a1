/** What a simulation leaves behind: its answer, and nothing else, whoever dies on the way (part III 3). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SimulationAnswer } from '../../src/contract/campaigns/simulations.ts';
import { tidy } from '../../src/simulate/simulator.ts';
import { claimSimulation } from '../../src/store/campaigns/simulations.ts';
import { copyToScratch } from '../../src/store/scratch/scratch-copy.ts';
import { createScratch, dropScratch, scratchName } from '../../src/store/scratch/scratch-schema.ts';
import { addCampaign, addLeads, launch, step } from '../campaigns.ts';
import type { TestApp } from '../harness.ts';
import { NOW, openStill, simulate, simulateOnly } from '../simulations.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read } from '../workspaces.ts';

const MINUTE = 60_000;
const GAPS = { deviceGapMs: 30_000, contactGapMs: 45_000 };

let app: TestApp;
let simulator: ReturnType<typeof simulateOnly>;

beforeAll(async () => {
  app = await openStill();
  simulator = simulateOnly(app);
});
afterAll(async () => {
  await simulator.stop();
  await app.close();
});

describe('what a simulation leaves behind', () => {
  test('is its answer: the real tables are as they were, and its own are gone', async () => {
    const own = await openWorkspace(app, { lines: [GAPS, GAPS], fallback: true });
    const { listId } = await addLeads(own, 5);
    const steps = [step('hello'), step('again', { wait: { value: 1, unit: 'd' } })];
    const id = await addCampaign(app, own, { listId, steps });
    const running = await addCampaign(app, own, { listId, steps });
    await launch(app, own, running);
    await accept(own, { recipientPhone: newPhone() });
    const before = await contents(app);
    await simulate(own, id, {
      assume: { replyRate: 0.5 },
      addLines: 2,
      caps: { dailyTotalMessagesLimit: 2 },
    });
    await until('its schema is gone', async () => (await schemas()).length === 0);
    expect(await contents(app)).toEqual(before);
  });

  test('has nothing of another workspace in it', async () => {
    const other = await openWorkspace(app, { lines: [GAPS] });
    const theirs = await addLeads(other, 3);
    const phone = newPhone();
    const own = await openWorkspace(app, { lines: [GAPS] });
    for (const each of [own, other]) {
      const { listId } = await addLeads(each, 1, () => ({ phone }));
      const id = await addCampaign(app, each, { listId, steps: [step('hello')] });
      await launch(app, each, id);
    }
    const foreign = await addCampaign(app, other, { listId: theirs.listId, steps: [step('hello')] });
    const schema = scratchName(app.deps.ids(), 1);
    await createScratch(app.deps.database, schema);
    await copyToScratch(app.deps.database, schema, {
      workspaceId: own.workspaceId,
      lineIds: [...own.lines, ...other.lines].map(({ _id }) => _id),
      campaigns: [{ id: foreign, steps: [] }],
      listIds: [theirs.listId],
      now: NOW,
      withAddressBook: true,
    });
    for (const { name } of await tablesOf(schema)) {
      const rows = await read<{ id: string }>(
        app,
        `SELECT DISTINCT workspace_id AS id FROM ${schema}.${name}`,
      );
      expect(rows.filter((row) => row.id !== own.workspaceId)).toEqual([]);
    }
    await dropScratch(app.deps.database, schema);
    const { listId } = await addLeads(own, 1);
    const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
    const { simulationId } = await simulate(own, id);
    const path = `/api/campaigns/${id}/simulations/${simulationId}`;
    for (const [method, url] of [
      ['GET', path],
      ['GET', `${path}/messages`],
      ['DELETE', path],
    ] as const)
      expect((await other.call(method, url)).status).toBe(404);
    expect((await own.call('GET', path)).status).toBe(200);
  });

  test('is swept up after a process that died, and the simulation is done again', async () => {
    const own = await openWorkspace(app, { lines: [{}] });
    const { listId } = await addLeads(own, 3);
    const id = await addCampaign(app, own, { listId, steps: [step('hello')] });
    await simulator.stop();
    const path = `/api/campaigns/${id}/simulate`;
    const asked = await own.call<SimulationAnswer>('POST', path, {}, { prefer: 'wait=0' });
    expect(asked.status).toBe(202);
    const { simulationId } = asked.body.simulation;
    // The one who died had claimed it half an hour ago, and copied what it needed.
    const due = { workspaceId: own.workspaceId, id: simulationId };
    await claimSimulation(app.deps.database, due, NOW, NOW - 30 * MINUTE);
    await createScratch(app.deps.database, scratchName(simulationId, 1));
    simulator = simulateOnly(app);
    const one = `/api/campaigns/${id}/simulations/${simulationId}`;
    const done = await until('it is done', async () => {
      const { body } = await own.call<SimulationAnswer>('GET', one);
      return body.simulation.status === 'finished' ? body.simulation : null;
    });
    expect(done.result).toMatchObject({ messages: 3 });
    await tidy(app.deps);
    await until('its schemas are gone', async () => (await schemas()).length === 0);
  });

  test('is nothing when it is deleted on its way', async () => {
    const own = await openWorkspace(app, { lines: [{ ...GAPS, dailyNewConversationsLimit: 10 }] });
    const { listId } = await addLeads(own, 2_000);
    const id = await addCampaign(app, own, { listId, steps: [step('hello'), step('again')] });
    const path = `/api/campaigns/${id}`;
    const { body } = await own.call<SimulationAnswer>('POST', `${path}/simulate`, {}, { prefer: 'wait=0' });
    const one = `${path}/simulations/${body.simulation.simulationId}`;
    await until('it runs', async () => {
      const { body: seen } = await own.call<SimulationAnswer>('GET', one);
      return (seen.simulation.progress?.messages ?? 0) > 0;
    });
    expect((await own.call('DELETE', one)).status).toBe(200);
    expect((await own.call('GET', one)).status).toBe(404);
    await until('its schema is gone', async () => (await schemas()).length === 0);
    expect(
      await read(app, 'SELECT 1 FROM simulation_messages WHERE simulation_id = $1', [
        body.simulation.simulationId,
      ]),
    ).toEqual([]);
  });
});

function tablesOf(schema: string): Promise<{ name: string }[]> {
  return read(app, 'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 ORDER BY 1', [schema]);
}

function schemas(): Promise<{ name: string }[]> {
  return read(app, String.raw`SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'sim\_%'`);
}

/** Every row of every real table but those that keep simulations, hashed. */
async function contents(own: TestApp): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const { name } of await tablesOf('public')) {
    if (name.startsWith('simulation')) continue;
    const [row] = await read<{ hash: string }>(
      own,
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS hash FROM public.${name} t`,
    );
    all[name] = row?.hash ?? '';
  }
  return all;
}
