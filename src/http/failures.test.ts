import { describe, expect, test } from 'vitest';
import { problem } from '../contract/problems.ts';
import { toProblem } from './failures.ts';
import { KEY, startServer } from './testing.ts';

function failure(message: string, fields: object = {}): Error {
  return Object.assign(new Error(message), fields);
}

describe('the database out of reach is 503, not 500', () => {
  test.each([
    failure('connect ECONNREFUSED 127.0.0.1:5432', { code: 'ECONNREFUSED' }),
    failure('getaddrinfo ENOTFOUND db', { code: 'ENOTFOUND' }),
    failure('connect ENOENT /run/.s.PGSQL.5432', { code: 'ENOENT', syscall: 'connect' }),
    failure('read ECONNRESET', { code: 'ECONNRESET' }),
    failure('terminating connection due to administrator command', { code: '57P01' }),
    failure('the database system is starting up', { code: '57P03' }),
    failure('sorry, too many clients already', { code: '53300' }),
    failure('connection failure', { code: '08006' }),
    failure('database "trunkline" is not currently accepting connections', {
      code: '55000',
      severity: 'FATAL',
    }),
    failure('Connection terminated unexpectedly'),
    failure('timeout exceeded when trying to connect'),
    new AggregateError([failure('', { code: 'ECONNREFUSED' }), failure('', { code: 'ECONNREFUSED' })]),
    new Error('intake failed', { cause: failure('', { code: '57P01' }) }),
  ])('%s', (error) => {
    expect(toProblem(error)).toMatchObject({
      status: 503,
      code: 'SERVICE_UNAVAILABLE',
      retryAfter: expect.any(Number),
    });
  });
});

describe('everything else', () => {
  test('a problem is itself', () => {
    const own = problem('LINE_NOT_FOUND');
    expect(toProblem(own)).toBe(own);
  });

  test.each([
    failure('boom'),
    failure('no such file', { code: 'ENOENT', syscall: 'open' }),
    failure('', { code: '42P01' }),
    failure('prepared statement is gone', { code: '55000', severity: 'ERROR' }),
    'text',
    null,
    undefined,
    7,
  ])('a defect of ours is 500 and tells nothing: %s', (error) => {
    expect(toProblem(error)).toMatchObject({
      status: 500,
      code: 'INTERNAL',
      error: 'Internal server error',
    });
  });

  test.each([
    ['FST_ERR_CTP_BODY_TOO_LARGE', 413, 'BODY_TOO_LARGE'],
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['FST_ERR_BAD_URL', 404, 'NOT_FOUND'],
    ['FST_ERR_MAX_PARAM_LENGTH', 404, 'NOT_FOUND'],
  ])("the framework's %s is %i", (code, status, ours) => {
    expect(toProblem(failure('', { code, statusCode: status }))).toMatchObject({ status, code: ours });
  });

  test("the framework's other complaints about a request are 400", () => {
    expect(toProblem(failure('', { code: 'FST_ERR_SOMETHING', statusCode: 422 }))).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
    });
  });
});

describe('a defect while replies are read', () => {
  const read = async (thrown: Error) => {
    const { url } = await startServer({ actions: { listReplies: () => Promise.reject(thrown) } });
    const answer = await fetch(`${url}/api/replies`, { headers: { authorization: KEY } });
    return [answer.status, await answer.json()];
  };

  test('is told in its documented words: Failed to fetch replies', async () => {
    const [status, body] = await read(failure('boom'));
    expect(status).toBe(500);
    expect(body).toMatchObject({ error: 'Failed to fetch replies', code: 'INTERNAL' });
  });

  test('is none when the caller was wrong, or the database is out of reach', async () => {
    expect((await read(problem('LEAD_NOT_ACCESSIBLE')))[0]).toBe(404);
    expect((await read(failure('', { code: 'ECONNREFUSED' })))[0]).toBe(503);
  });
});
