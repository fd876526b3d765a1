/** Simulations for tests: asked for over HTTP, done by a simulator that needs no dispatcher, read to the last page. */
import type { SimulatedMessages, SimulationAnswer } from '../src/contract/campaigns/simulations.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createWake } from '../src/lib/wake.ts';
import { type Simulator, startSimulator } from '../src/simulate/simulator.ts';
import { openApp, type TestApp } from './harness.ts';
import type { Workspace } from './workspaces.ts';

export type Result = NonNullable<SimulationAnswer['simulation']['result']> & { simulationId: string };
export type Simulated = SimulatedMessages['messages'][number];

/** A Thursday. */
export const NOW = Date.parse('2026-11-26T10:00:00.000Z');

/** An app that sends nothing, and whose clock stands still: what it foresees is exact. */
export function openStill(): Promise<TestApp> {
  const real = systemClock();
  const sleep = (ms: number, signal?: AbortSignal) => real.sleep(Math.min(ms, 50), signal);
  return openApp({ dispatches: false, clock: { now: () => NOW, sleep } });
}

/** Nothing is sent meanwhile, whatever waits. */
export function simulateOnly({ deps, databaseUrl }: TestApp): Simulator {
  return startSimulator(deps, { databaseUrl, wake: createWake(), isSending: () => false });
}

export async function simulate(
  workspace: Workspace,
  campaignId: string,
  body: Record<string, unknown> = {},
): Promise<Result> {
  const path = `/api/campaigns/${campaignId}/simulate`;
  const { status, body: answer } = await workspace.call<SimulationAnswer>('POST', path, body, {
    prefer: 'wait=30',
  });
  const { simulation } = answer;
  if (status !== 200 || simulation?.result == null)
    throw new Error(`not simulated: ${status} ${JSON.stringify(answer)}`);
  return { ...simulation.result, simulationId: simulation.simulationId };
}

export async function messagesIn(
  workspace: Workspace,
  campaignId: string,
  { simulationId }: { simulationId: string },
  query = '',
): Promise<Simulated[]> {
  const path = `/api/campaigns/${campaignId}/simulations/${simulationId}/messages?limit=100${query}`;
  const messages: Simulated[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { body } = await workspace.call<SimulatedMessages>('GET', `${path}${at}`);
    messages.push(...body.messages);
    cursor = body.nextCursor;
  }
  return messages;
}
