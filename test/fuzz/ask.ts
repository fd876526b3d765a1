/** Sends what the generators made, and judges what comes back. */
import fc from 'fast-check';
import { undeclared } from '../declared-answers.ts';
import { type Asker, type FuzzOperation, type FuzzRequest, requestsFor } from './requests.ts';
import { type FuzzWorld, NEIGHBOURS } from './world.ts';

export const ANSWERED_WITHIN_MS = 10_000;
/** Checks take their turn on a device, seconds apart, and it has 45 s for each. */
const CHECKED_WITHIN_MS = 60_000;

/** The documentation has these for what is not built, and for a device that does not answer. */
const DOCUMENTED_5XX = [501, 502];

export class Tally {
  requests = 0;
  hung = 0;
  /** The connection was closed before an answer: only to a body that is too large. */
  cut = 0;
  readonly statuses = new Map<number, number>();
  slowest = { ms: 0, operationId: '' };

  answered(operationId: string, status: number, ms: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (ms > this.slowest.ms) this.slowest = { ms, operationId };
  }

  ofClass(hundred: number): number {
    return [...this.statuses].reduce(
      (sum, [status, count]) => sum + (Math.floor(status / 100) === hundred ? count : 0),
      0,
    );
  }

  /** Such as no documented refusal says. */
  get faults(): number {
    return (
      this.ofClass(5) - DOCUMENTED_5XX.reduce((sum, status) => sum + (this.statuses.get(status) ?? 0), 0)
    );
  }
}

/** null: every answer was as it should be; otherwise the smallest request found whose answer was not, and why. */
export async function fuzz(
  world: FuzzWorld,
  operation: FuzzOperation,
  runs: number,
  tally: Tally,
  seed?: number,
): Promise<string | null> {
  const property = fc.asyncProperty(
    requestsFor(
      operation,
      () => world.known,
      () => world.knownAt(operation.path),
    ),
    async (request) => {
      const complaints = await ask(world, operation, request, tally);
      if (complaints.length > 0) throw new Error(complaints.join('\n'));
    },
  );
  const { failed, counterexample, errorInstance } = await fc.check(property, {
    numRuns: runs,
    ...(seed === undefined ? {} : { seed }),
  });
  if (!failed) return null;
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `${operation.method} ${JSON.stringify(counterexample?.[0]).slice(0, 2_000)}\n  ${reason}`;
}

async function ask(
  { app, workspace, neighbour, device, learn }: FuzzWorld,
  { operationId, method, path }: FuzzOperation,
  { target, headers, body, asker }: FuzzRequest,
  tally: Tally,
): Promise<string[]> {
  const credentials: Record<Asker, string | null> = {
    own: path.startsWith('/relay') ? device : workspace.key,
    neighbour: neighbour.key,
    nobody: null,
    stranger: 'x',
  };
  const credential = credentials[asker];
  const within = path.includes('check-availability') ? CHECKED_WITHIN_MS : ANSWERED_WITHIN_MS;
  const since = performance.now();
  tally.requests += 1;
  try {
    const response = await fetch(`${app.url}${target}`, {
      method,
      headers: { ...headers, ...(credential === null ? {} : { authorization: `Bearer ${credential}` }) },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(within),
    });
    const text = await response.text();
    tally.answered(operationId, response.status, performance.now() - since);
    if (asker === 'own') learn(text, path);
    const type = response.headers.get('content-type') ?? '';
    const called = { method, path } as Parameters<typeof undeclared>[0];
    return [
      ...(response.status >= 500 && !DOCUMENTED_5XX.includes(response.status)
        ? [`${response.status} ${text.slice(0, 500)}`]
        : []),
      ...(asker !== 'neighbour' && text.includes(NEIGHBOURS)
        ? [`shows what is the neighbour's: ${text.slice(0, 500)}`]
        : []),
      ...undeclared(called, response.status, type, text).map(
        (each) => `${each}: ${response.status} ${text.slice(0, 500)}`,
      ),
    ];
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') {
      tally.hung += 1;
      return [`no answer within ${within} ms`];
    }
    if (body !== undefined && body.length > 1_000_000) {
      tally.cut += 1;
      return [];
    }
    return [`no answer: ${String(error)} ${String((error as Error).cause)}`];
  }
}
