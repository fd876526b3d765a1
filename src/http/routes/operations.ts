/** What machines ask: is it alive, is it ready, how is it doing, what can it do. Open: no secrets, no customer's data. */
import { z } from 'zod';
import packageJson from '../../../package.json' with { type: 'json' };
import { createOpenApi } from '../../contract/openapi.ts';
import type { Operation } from '../../contract/operation.ts';
import { problem } from '../../contract/problems.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';

const tag = 'Operations';

const StatusAnswer = z.object({ status: z.literal(['ok', 'ready']) }).meta({ id: 'StatusAnswer' });

export const operationRoutes: readonly Route[] = [
  {
    operationId: 'healthz',
    method: 'GET',
    path: '/healthz',
    tag,
    scope: null,
    summary: 'Is the process alive?',
    answers: { 200: { description: 'It answers.', schema: StatusAnswer } },
    problems: [],
    handle: async () => ok({ status: 'ok' }),
  },
  {
    operationId: 'readyz',
    method: 'GET',
    path: '/readyz',
    tag,
    scope: null,
    summary: 'Can it take requests?',
    answers: { 200: { description: 'The database answers.', schema: StatusAnswer } },
    problems: [],
    handle: readyz,
  },
  {
    operationId: 'metrics',
    method: 'GET',
    path: '/metrics',
    tag,
    scope: null,
    summary: 'Figures for Prometheus',
    answers: { 200: { description: 'Prometheus text format.', example: 'trunkline_messages_waiting 3\n' } },
    problems: [],
    handle: metrics,
  },
];

/** `all` is asked at the first request: the document lists its own route too. */
export function documentRoute(all: () => readonly Operation[]): Route {
  let document: unknown;
  return {
    operationId: 'openapi',
    method: 'GET',
    path: '/openapi.json',
    tag,
    scope: null,
    summary: 'This document',
    answers: {
      200: {
        description: 'OpenAPI 3.1.',
        schema: z.record(z.string(), z.unknown()),
        example: { openapi: '3.1.0' },
      },
    },
    problems: [],
    async handle() {
      document ??= describeApi(all());
      return ok(document);
    },
  };
}

export function describeApi(operations: readonly Operation[]) {
  return createOpenApi(operations, packageJson.version);
}

/** Whatever keeps the database from answering: not ready. */
async function readyz({ deps, actions }: Call): Promise<Answer> {
  try {
    await actions.checkReady(deps);
  } catch (cause) {
    throw problem('SERVICE_UNAVAILABLE', { cause });
  }
  return ok({ status: 'ready' });
}

async function metrics({ deps }: Call): Promise<Answer> {
  const { registry } = deps.metrics;
  return { status: 200, body: await registry.metrics(), headers: { 'content-type': registry.contentType } };
}
