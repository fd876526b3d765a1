import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';
import { until } from '../../test/until.ts';
import { problem } from '../contract/problems.ts';
import type { Actions } from './actions.ts';
import { exchange, get, ID, KEY, messageOf, post, startServer } from './testing.ts';

const hello = { message: 'Hi', recipientPhone: '+12025550100' };

describe('POST /api/messages', () => {
  test('hands the parsed request to one action and answers what it says', async () => {
    const { url, sent } = await startServer({});
    const answer = await post(`${url}/api/messages`, { ...hello, foo: 1 });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({
      success: true,
      status: 'pending',
      warnings: ['Unknown field: foo'],
    });
    expect(sent).toMatchObject([
      {
        caller: { workspaceId: 'ws_1' },
        request: hello,
        options: { idempotencyKey: null, waitMs: 0, warnings: ['Unknown field: foo'] },
      },
    ]);
  });

  test('a body without any Content-Type is taken for JSON, `application/*+json` is JSON too', async () => {
    const { url } = await startServer({});
    for (const type of [
      null,
      'application/json; charset=utf-8',
      'application/vnd.api+json',
      'APPLICATION/JSON',
    ]) {
      const answer = await fetch(`${url}/api/messages`, {
        method: 'POST',
        headers: { authorization: KEY, ...(type === null ? {} : { 'content-type': type }) },
        body: new TextEncoder().encode(JSON.stringify(hello)),
      });
      expect(answer.status, String(type)).toBe(201);
    }
  });

  test('a byte order mark is no reason to refuse', async () => {
    const { url } = await startServer({});
    expect((await post(`${url}/api/messages`, `\uFEFF${JSON.stringify(hello)}`)).status).toBe(201);
  });

  test('Prefer: wait is granted up to 30 s and confirmed', async () => {
    const { url, sent } = await startServer({});
    const answer = await post(`${url}/api/messages`, hello, { prefer: 'wait=99' });
    expect(answer.headers.get('preference-applied')).toBe('wait=30');
    expect(sent[0]?.options.waitMs).toBe(30_000);
    expect((await post(`${url}/api/messages`, hello)).headers.has('preference-applied')).toBe(false);
  });

  test('an Idempotency-Key comes with the hash of method, path and exact bytes', async () => {
    const { url, sent } = await startServer({});
    const text = JSON.stringify(hello);
    await post(`${url}/api/messages`, text, { 'idempotency-key': 'k1' });
    await post(`${url}/api/messages`, `${text} `, { 'idempotency-key': 'k1' });
    const hashes = sent.map(({ options }) => options.requestHash);
    expect(hashes[0]).toBe(createHash('sha256').update(`POST /api/messages\n${text}`).digest('hex'));
    expect(hashes[1]).not.toBe(hashes[0]);
    expect(sent[0]?.options.idempotencyKey).toBe('k1');
  });

  test('a replayed answer says so', async () => {
    const acceptMessage: Actions['acceptMessage'] = async (_deps, _caller, request) => ({
      httpStatus: 200,
      replayed: true,
      waited: false,
      body: {
        success: true,
        status: 'sent',
        leadId: ID,
        ...request.crm,
        message: messageOf(request),
        warnings: [],
      },
    });
    const { url } = await startServer({ actions: { acceptMessage } });
    const answer = await post(`${url}/api/messages`, hello, { 'idempotency-key': 'k1' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('idempotent-replayed')).toBe('true');
  });

  test('a key still in flight tells when to ask again', async () => {
    const acceptMessage = async () => Promise.reject(problem('idempotency_in_flight'));
    const { url } = await startServer({ actions: { acceptMessage } });
    const answer = await post(`${url}/api/messages`, hello, { 'idempotency-key': 'k1' });
    expect(answer.status).toBe(409);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({ code: 'idempotency_in_flight' });
  });

  test('a dry run accepts nothing, and its warnings join those of the parser', async () => {
    const dryRunMessage = vi.fn(
      async () => ({ dryRun: true, wouldAccept: true, warnings: ['one'] }) as never,
    );
    const { url, sent } = await startServer({ actions: { dryRunMessage } });
    const answer = await post(`${url}/api/messages?dryRun=true`, { ...hello, foo: 1 });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ dryRun: true, warnings: ['Unknown field: foo', 'one'] });
    expect(dryRunMessage).toHaveBeenCalledOnce();
    expect(sent).toEqual([]);
    expect((await post(`${url}/api/messages?dryRun=maybe`, hello)).status).toBe(400);
    expect((await post(`${url}/api/messages?dryRun=false`, hello)).status).toBe(201);
  });
});

describe('the log', () => {
  test('of a message follows its correlation id from request to answer', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({ level: 'debug', base: null }, { write: (line) => lines.push(JSON.parse(line)) });
    const { url } = await startServer({ log });
    await post(`${url}/api/messages`, hello, { 'x-correlation-id': 'c1' });
    await until('the request is logged', () => lines.some((line) => line.msg === 'request'));
    expect(lines).toMatchObject([
      { msg: 'message.api.request', correlationId: 'c1', workspaceId: 'ws_1' },
      { msg: 'message.api.create_message_returned', correlationId: 'c1', messageId: ID, status: 'pending' },
      { msg: 'request', correlationId: 'c1', route: 'POST /api/messages', status: 201 },
    ]);
  });

  test('of a failure names the correlation id', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({ level: 'error', base: null }, { write: (line) => lines.push(JSON.parse(line)) });
    const acceptMessage = async () => Promise.reject(new Error('broken'));
    const { url } = await startServer({ log, actions: { acceptMessage } });
    expect((await post(`${url}/api/messages`, hello, { 'x-correlation-id': 'c1' })).status).toBe(500);
    expect(lines).toMatchObject([{ msg: 'request failed', correlationId: 'c1' }]);
  });
});

describe('the other routes', () => {
  test('each calls its action with the id of the path', async () => {
    const seen: string[] = [];
    const note =
      (name: string) =>
      async (_deps: unknown, _caller: unknown, ...rest: unknown[]) => {
        seen.push(`${name} ${JSON.stringify(rest)}`);
        return { warnings: [] } as never;
      };
    const names = [
      'getMessage',
      'getTimeline',
      'explainMessage',
      'cancelMessage',
      'editMessage',
      'cancelForLead',
      'listLines',
      'getLine',
      'createLine',
      'updateLine',
      'getLead',
      'getFallbackConfig',
      'updateFallbackConfig',
      'readSandboxPhone',
    ] as const;
    const { url } = await startServer({
      actions: Object.fromEntries(names.map((name) => [name, note(name)])),
    });
    const patch = (path: string, body: object) =>
      fetch(url + path, {
        method: 'PATCH',
        headers: { authorization: KEY, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });

    const answers = [
      await get(`${url}/api/messages/${ID}`),
      await get(`${url}/api/messages/${ID}/timeline`),
      await get(`${url}/api/messages/${ID}/explain`),
      await fetch(`${url}/api/messages/${ID}/cancel`, { method: 'POST', headers: { authorization: KEY } }),
      await patch(`/api/messages/${ID}`, { message: 'New' }),
      await post(`${url}/api/messages/cancel-for-lead`, { leadId: ID }),
      await get(`${url}/api/lines`),
      await get(`${url}/api/lines/by-user`),
      await get(`${url}/api/lines/${ID}`),
      await post(`${url}/api/lines`, { transport: 'sandbox', phone: '+12025550199' }),
      await patch(`/api/lines/${ID}`, { isActive: false }),
      await get(`${url}/api/leads?id=${ID}`),
      await get(`${url}/api/workspace/fallback-config`),
      await patch('/api/workspace/fallback-config', { enabled: true }),
      await get(`${url}/api/sandbox/phones/+12025550100`),
      await get(`${url}/api/sandbox/phones/%2B12025550100`),
      await get(`${url}/api/sandbox/phones/Slow@Example.com`),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map((_, index) => (index === 9 ? 201 : 200)));
    expect(seen.map((line) => line.split(' ')[0])).toEqual([
      'getMessage',
      'getTimeline',
      'explainMessage',
      'cancelMessage',
      'editMessage',
      'cancelForLead',
      'listLines',
      'listLines',
      'getLine',
      'createLine',
      'updateLine',
      'getLead',
      'getFallbackConfig',
      'updateFallbackConfig',
      'readSandboxPhone',
      'readSandboxPhone',
      'readSandboxPhone',
    ]);
    expect(seen[4]).toBe(`editMessage ["${ID}",{"message":"New"}]`);
    expect(seen.slice(-2)).toEqual([
      'readSandboxPhone ["+12025550100"]',
      'readSandboxPhone ["slow@example.com"]',
    ]);
  });

  test('an id of another form is unknown, without asking anybody', async () => {
    const { url } = await startServer({});
    for (const id of ['abc', ID.toUpperCase(), '%00', '..%2f..', `${ID}'--`]) {
      const message = await get(`${url}/api/messages/${id}`);
      expect(message.status, id).toBe(404);
      expect(await message.json()).toMatchObject({ error: 'Message not found' });
      expect(await (await get(`${url}/api/lines/${id}`)).json()).toMatchObject({ error: 'Line not found' });
    }
  });

  test('a known path answers a method it has not with 405 and those it has', async () => {
    const { url } = await startServer({});
    for (const [method, path, allow] of [
      ['DELETE', '/api/messages', 'POST, GET, HEAD'],
      ['GET', '/api/messages/cancel-for-lead', 'POST'],
      ['PUT', `/api/messages/${ID}`, 'GET, HEAD, PATCH'],
      ['OPTIONS', '/api/lines', 'GET, HEAD, POST'],
      ['POST', '/healthz', 'GET, HEAD'],
      ['PROPFIND', '/api/messages', 'POST, GET, HEAD'],
      ['REPORT', `/api/messages/${ID}`, 'GET, HEAD, PATCH'],
    ] as const) {
      const answer = await fetch(url + path, { method });
      expect(answer.status, `${method} ${path}`).toBe(405);
      expect(answer.headers.get('allow')).toBe(allow);
      expect(await answer.json()).toMatchObject({ error: 'Method not allowed', code: 'METHOD_NOT_ALLOWED' });
    }
  });

  test('TRACE, which echoes what it was sent, is no exception', async () => {
    const { port } = await startServer({});
    const answer = await exchange(port, 'TRACE /api/lines HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
    expect(answer).toMatch(/^allow: GET, HEAD, POST\r$/im);
  });

  test('an unknown path is 404 in JSON', async () => {
    const { url } = await startServer({});
    for (const path of [
      '/nowhere',
      '/api',
      '/api/nowhere',
      '/api/messages/a/b/c',
      '/%ff',
      `/${'x'.repeat(5_000)}`,
    ]) {
      const answer = await get(url + path);
      expect(answer.status, path).toBe(404);
      expect(await answer.json()).toMatchObject({
        error: 'Not found',
        code: 'NOT_FOUND',
        requestId: expect.any(String),
      });
    }
  });
});

describe('trouble of ours', () => {
  test('a defect is 500, tells the caller nothing and the log everything', async () => {
    const { url, deps } = await startServer({
      actions: { listLines: async () => Promise.reject(new Error('secret detail')) },
    });
    const logged = vi.spyOn(deps.log, 'error');
    const answer = await get(`${url}/api/lines`);
    const body = await answer.text();
    expect(answer.status).toBe(500);
    expect(JSON.parse(body)).toEqual({
      error: 'Internal server error',
      code: 'INTERNAL',
      requestId: answer.headers.get('x-request-id'),
    });
    expect(logged).toHaveBeenCalledOnce();
    expect(logged.mock.calls[0]?.[0]).toMatchObject({
      err: { message: 'secret detail' },
      requestId: answer.headers.get('x-request-id'),
    });
  });

  test('a database out of reach is 503 with Retry-After', async () => {
    const lost = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const { url } = await startServer({
      actions: { listLines: async () => Promise.reject(lost), checkReady: async () => Promise.reject(lost) },
    });
    for (const path of ['/api/lines', '/readyz']) {
      const answer = await get(url + path);
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(await answer.json()).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    }
  });

  test('alive is not ready: /healthz asks nobody', async () => {
    const { url } = await startServer({ actions: { checkReady: async () => {} } });
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
  });

  test('/metrics counts answers by declared route, never by what was asked for', async () => {
    const { url } = await startServer({});
    await get(`${url}/api/messages/abc`);
    await get(`${url}/who-knows`);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain(
      'trunkline_http_request_duration_seconds_count{route="GET /api/messages/:id",status="404"} 1',
    );
    expect(text).toContain('route="unknown"');
    expect(text).not.toContain('who-knows');
  });
});
