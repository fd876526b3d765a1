import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Batcher, type BatcherOptions } from './batcher.ts';

interface Run {
  key: string;
  items: number[];
  /** Ends the batch; its items are answered with their own number and key. */
  finish(): void;
  fail(error: Error): void;
}

/** A batcher whose batches end when the test says so. */
function openBatcher(differs: Partial<BatcherOptions<number, string>> = {}) {
  const runs: Run[] = [];
  const batcher = new Batcher<number, string>({
    maxItems: 10,
    maxInFlight: 1,
    maxInFlightPerKey: differs.maxInFlight ?? 1,
    run: (key, items) =>
      new Promise((resolve, reject) => {
        runs.push({ key, items, finish: () => resolve(items.map((item) => `${key}${item}`)), fail: reject });
      }),
    ...differs,
  });
  return {
    batcher,
    runs,
    add: (key: string, items: number[]) => items.map((item) => batcher.add(key, item)),
  };
}

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

describe('a batcher', () => {
  test('runs no more batches of one workspace at once than allowed, and lets others pass meanwhile', async () => {
    const { runs, add } = openBatcher({ maxItems: 1, maxInFlight: 3, maxInFlightPerKey: 1 });
    const first = add('a', [1, 2]);
    const second = add('b', [3]);
    await turn();
    expect(runs.map(({ key, items }) => [key, items])).toEqual([
      ['a', [1]],
      ['b', [3]],
    ]);
    runs[0]?.finish();
    await first[0];
    // One turn to end the batch, one to start the next.
    await turn();
    await turn();
    expect(runs[2]).toMatchObject({ key: 'a', items: [2] });
    for (const run of runs) run.finish();
    await Promise.all([...first, ...second]);
  });

  test('serves what arrives in one turn as one batch, and answers each its own', async () => {
    const { runs, add } = openBatcher();
    const answers = add('a', [1, 2, 3]);
    await turn();
    expect(runs.map(({ key, items }) => ({ key, items }))).toEqual([{ key: 'a', items: [1, 2, 3] }]);
    runs[0]?.finish();
    expect(await Promise.all(answers)).toEqual(['a1', 'a2', 'a3']);
  });

  test('keeps one workspace to a batch', async () => {
    const { runs, add } = openBatcher({ maxInFlight: 5 });
    add('a', [1]);
    add('b', [2]);
    add('a', [3]);
    await turn();
    expect(runs.map(({ key, items }) => [key, ...items])).toEqual([
      ['a', 1, 3],
      ['b', 2],
    ]);
  });

  test('adds no latency when idle: a single item is on its way in the next turn', async () => {
    const { runs, add } = openBatcher();
    add('a', [1]);
    expect(runs).toEqual([]);
    await turn();
    expect(runs).toHaveLength(1);
  });

  test('has no more batches in flight than allowed, and gathers the rest meanwhile', async () => {
    const { runs, add } = openBatcher({ maxInFlight: 2 });
    add('a', [1]);
    await turn();
    add('a', [2]);
    await turn();
    add('a', [3]);
    add('a', [4]);
    await turn();
    expect(runs.map((run) => run.items)).toEqual([[1], [2]]);
    runs[0]?.finish();
    await turn();
    await turn();
    expect(runs.map((run) => run.items)).toEqual([[1], [2], [3, 4]]);
  });

  test('lets nobody wait for the backlog of a busy neighbour', async () => {
    const { runs, add } = openBatcher({ maxItems: 2 });
    add('busy', numbers(7));
    await turn();
    add('quiet', [100]);
    for (let done = 0; done < 5; done += 1) {
      runs[done]?.finish();
      await turn();
      await turn();
    }
    // One batch was under way, one was next in line when the neighbour came.
    expect(runs.findIndex((run) => run.key === 'quiet')).toBeLessThanOrEqual(2);
    expect(runs.filter((run) => run.key === 'busy').flatMap((run) => run.items)).toEqual(numbers(7));
  });

  test('takes turns between workspaces that all have a backlog', async () => {
    const { runs, add } = openBatcher({ maxItems: 1 });
    for (const key of ['a', 'b', 'c']) add(key, [1, 2]);
    for (let done = 0; done < 6; done += 1) {
      await turn();
      await turn();
      runs[done]?.finish();
    }
    expect(runs.map((run) => run.key)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  test('goes on after a batch that failed', async () => {
    const { runs, add } = openBatcher();
    const [lost] = add('a', [1]);
    await turn();
    runs[0]?.fail(new Error('lost'));
    await expect(lost).rejects.toThrow('lost');
    const [next] = add('a', [2]);
    await turn();
    runs[1]?.finish();
    expect(await next).toBe('a2');
  });
});

describe('a batch that fails', () => {
  const refuseOdd = async (key: string, items: number[]) => {
    if (items.some((item) => item % 2 === 1)) throw new Error('odd');
    return items.map((item) => `${key}${item}`);
  };

  test('fails all of its items when they cannot be tried alone', async () => {
    const { add } = openBatcher({ run: refuseOdd });
    const settled = await Promise.allSettled(add('a', [0, 1, 2]));
    expect(settled.map((each) => each.status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  test('is tried item by item, in order, knowing the error: a bad one never fails its neighbours', async () => {
    const tried: [string, number, string][] = [];
    const { add } = openBatcher({
      run: refuseOdd,
      async retryAlone(key, item, error) {
        tried.push([key, item, (error as Error).message]);
        return (await refuseOdd(key, [item]))[0] ?? '';
      },
    });
    const settled = await Promise.allSettled(add('a', [0, 1, 2]));
    expect(tried).toEqual([
      ['a', 0, 'odd'],
      ['a', 1, 'odd'],
      ['a', 2, 'odd'],
    ]);
    expect(settled.map((each) => (each.status === 'fulfilled' ? each.value : 'refused'))).toEqual([
      'a0',
      'refused',
      'a2',
    ]);
  });

  test('may throw before it begins: that is a failure like any other', async () => {
    const { add } = openBatcher({
      run() {
        throw new Error('at once');
      },
    });
    await expect(add('a', [1])[0]).rejects.toThrow('at once');
  });
});

test('whatever arrives when: every item is answered once, in its batch, in the order it came', async () => {
  const anyItem = fc.record({ key: fc.constantFrom('a', 'b', 'c'), pause: fc.boolean(), bad: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyItem, { maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      async (items, maxItems, maxInFlight) => {
        const order: number[] = [];
        let inFlight = 0;
        const isBad = (item: number) => items[item]?.bad === true;
        const batcher = new Batcher<number, string>({
          maxItems,
          maxInFlight,
          maxInFlightPerKey: maxInFlight,
          async run(key, batch) {
            expect(batch.length).toBeLessThanOrEqual(maxItems);
            expect(++inFlight).toBeLessThanOrEqual(maxInFlight);
            await turn();
            inFlight -= 1;
            if (batch.some(isBad)) throw new Error('bad');
            order.push(...batch);
            return batch.map((item) => `${key}${item}`);
          },
          async retryAlone(key, item) {
            order.push(item);
            if (isBad(item)) throw new Error(`bad ${item}`);
            return `${key}${item}`;
          },
        });
        const answers: Promise<string>[] = [];
        for (const [index, { key, pause }] of items.entries()) {
          answers.push(batcher.add(key, index).catch((error: Error) => error.message));
          if (pause) await turn();
        }
        const expected = items.map(({ key, bad }, index) => (bad ? `bad ${index}` : `${key}${index}`));
        expect(await Promise.all(answers)).toEqual(expected);
        expect(order.toSorted((a, b) => a - b)).toEqual(numbers(items.length));
        if (maxInFlight > 1) return;
        for (const ofKey of Map.groupBy(order, (index) => items[index]?.key).values()) {
          expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
        }
      },
    ),
    { numRuns: 50 },
  );
});
