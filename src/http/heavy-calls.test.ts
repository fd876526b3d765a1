/** Many imports at once keep nobody else waiting. */
import { expect, test } from 'vitest';
import { until } from '../../test/until.ts';
import type { Actions } from './actions.ts';
import { get, KEY, post, startServer } from './testing.ts';

const csv = (url: string) =>
  fetch(`${url}/api/leads/import`, {
    method: 'POST',
    headers: { authorization: KEY, 'content-type': 'text/csv' },
    body: 'phone\n+12025550100',
  });
const large = { leads: Array.from({ length: 1_000 }, () => ({ email: `${'a'.repeat(100)}@example.com` })) };
const small = { leads: [{ email: 'ada@example.com' }] };

test('large calls are worked on in turn, beyond a few are 429, and small ones go on', async () => {
  const waiting: (() => void)[] = [];
  let begun = 0;
  const saveLeads = (async (_deps, _caller, { leads }) => {
    begun += 1;
    if (leads.length === 1 && leads[0]?.input.email === 'ada@example.com') return kept();
    await new Promise<void>((resolve) => void waiting.push(resolve));
    return kept();
  }) as Actions['saveLeads'];
  const kept = () => ({ httpStatus: 201, answer: {} as never, replayed: false });
  const { url } = await startServer({ actions: { saveLeads, listLines: async () => ({ lines: [] }) } });

  const first = csv(url);
  await until('the first is under way', () => begun === 1);
  const second = post(`${url}/api/leads`, large);
  const third = await until('one is turned away', async () => {
    const answer = await csv(url);
    return answer.status === 429 ? answer : null;
  });
  expect(third.headers.get('retry-after')).toBe('5');
  expect(await third.json()).toMatchObject({ code: 'RATE_LIMITED', error: 'Too many large calls at once' });
  expect(begun).toBe(1);
  expect((await post(`${url}/api/leads`, small)).status).toBe(201);
  expect((await get(`${url}/api/lines`)).status).toBe(200);

  waiting.shift()?.();
  expect((await first).status).toBe(201);
  await until('the second is under way', () => waiting.length === 1);
  waiting.shift()?.();
  expect((await second).status).toBe(201);
});

test('a large call that is refused, or breaks off, gives its place back', async () => {
  const { url } = await startServer({});
  for (let n = 0; n < 5; n += 1) {
    const refused = await fetch(`${url}/api/leads/import`, {
      method: 'POST',
      headers: { authorization: KEY, 'content-type': 'text/csv' },
      body: '\0\0',
    });
    expect(refused.status).toBe(400);
    const broken = new AbortController();
    const endless = new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from('phone\n')) });
    const call = fetch(`${url}/api/leads/import`, {
      method: 'POST',
      headers: { authorization: KEY, 'content-type': 'text/csv' },
      body: endless,
      duplex: 'half',
      signal: broken.signal,
    } as RequestInit);
    setImmediate(() => broken.abort());
    await expect(call).rejects.toThrow();
  }
  await until('its places are free', async () => (await csv(url)).status !== 429);
});
