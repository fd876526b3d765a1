/** Every documented call and refusal (contract, Part I) that is built, provoked one by one. `npm run coverage:contract` prints it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, openClient } from '../client.ts';
import { type Attempt, isBuilt, PROVOKED, reportCoverage, successOf, whyNot } from '../contract-coverage.ts';
import { DOCUMENTED } from '../documented-api.ts';
import { openApp, type TestApp } from '../harness.ts';
import { bill, openWorkspace } from '../workspaces.ts';

let app: TestApp;
let clients: Record<NonNullable<Attempt['who']>, Client>;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
  const pastDue = await openWorkspace(app);
  await bill(app, pastDue, 'past_due');
  clients = {
    owner: await openWorkspace(app),
    lineless: await openWorkspace(app, { lines: [] }),
    pastDue,
    nobody: openClient(app.url, 'tl_sk_nobody'),
  };
});
afterAll(() => app.close());

test('every documented refusal says how it is provoked, and nothing is provoked that is not documented', () => {
  const documented = DOCUMENTED.flatMap(({ call, refusals }) =>
    refusals.map(([, error]) => `${call}: ${error}`),
  );
  const campaigns = DOCUMENTED.filter(({ call }) => PROVOKED[call] === undefined).filter(
    (each) => !isBuilt(each),
  );
  const unbuilt = new Set(
    campaigns.flatMap(({ call, refusals }) => refusals.map(([, error]) => `${call}: ${error}`)),
  );
  const provoked = Object.entries(PROVOKED).flatMap(([call, how]) =>
    Object.keys(how).map((error) => `${call}: ${error}`),
  );
  expect(provoked.sort()).toEqual(documented.filter((each) => !unbuilt.has(each)).sort());
});

test('every documented call is served, or says why it is not', () => {
  const silent = DOCUMENTED.filter((each) => !isBuilt(each) && whyNot(each) === null);
  expect(silent.map(({ call }) => call)).toEqual([]);
});

test('every documented call that is served is made with success', () => {
  for (const each of DOCUMENTED.filter((one) => isBuilt(one) && one.call !== 'every call')) {
    const proof = successOf(each);
    expect(proof, each.call).not.toBeNull();
    if (proof !== null)
      expect(readFileSync(path.resolve(import.meta.dirname, '../..', proof.file), 'utf8')).toContain(
        proof.title,
      );
  }
});

const built = DOCUMENTED.filter(isBuilt).flatMap(({ call, refusals }) =>
  refusals.map(([status, error]) => ({ call, status, error, how: PROVOKED[call]?.[error] })),
);

describe('refused, in the documented words', () => {
  const attempts = built.filter(({ how }) => how?.kind === 'attempt');
  test.each(attempts.map((each) => [each.call, each.status, each.error, each.how] as const))(
    '%s: %i %s',
    async (call, status, error, how) => {
      const { path: target = call, body, who = 'owner', shows = {} } = how as Attempt;
      const [method = '', url = ''] = target.split(' ');
      const answer = await clients[who].call(method, url, body);
      expect(answer.status).toBe(status);
      const [beginning = '', end = ''] = error.split('…');
      if (error.includes('…')) {
        expect(String(answer.body.error).startsWith(beginning)).toBe(true);
        expect(String(answer.body.error).endsWith(end)).toBe(true);
      } else expect(answer.body.error).toBe(error);
      expect(answer.body).toMatchObject({ code: expect.any(String), ...shows });
    },
  );
});

describe('provoked by a test elsewhere', () => {
  const named = built.flatMap(({ call, error, how }) =>
    how?.kind === 'elsewhere' ? [[call, error, how] as const] : [],
  );
  test.each(named)('%s: %s', (_, error, { file, title }) => {
    const text = readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8');
    expect(text).toContain(title);
    expect(text).toContain(error.replace('…', ''));
  });
});

test('the report shows every documented call and sentence', () => {
  const report = reportCoverage();
  for (const { call, refusals } of DOCUMENTED) {
    expect(report).toContain(call);
    for (const [status, error] of refusals) expect(report).toContain(`${status} ${error}`);
  }
});
