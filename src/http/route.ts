/** A declared call together with what answers it, and how a list of them is put on a server. */
import { METHODS } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { Caller } from '../actions/access/authenticate.ts';
import type { Device } from '../actions/devices/authenticate-device.ts';
import type { Operation } from '../contract/operation.ts';
import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import type { Actions } from './actions.ts';
import { isForm, readForm, readJson } from './body.ts';
import type { Correlation, Guards } from './guards.ts';

export interface Route extends Operation {
  handle(call: Call): Promise<Answer>;
}

export interface Call {
  deps: Deps;
  actions: Actions;
  caller: Caller;
  /** Of routes behind the door for devices. */
  device: Device | null;
  correlation: Correlation;
  /** Path and query as asked for. */
  url: string;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, unknown>>;
  headers: FastifyRequest['headers'];
  /** The JSON value; undefined where the operation declares no body, or it may be left out and is. */
  body: unknown;
  /** The body's exact bytes; none of an upload's. */
  bytes: Buffer;
  /** Fires, with a Problem, when nobody waits for the answer any more: the caller hung up, or the server closes. */
  gone: AbortSignal;
  /** For what lasts: whether the key it was begun with still opens this call. */
  isStillAdmitted(): Promise<boolean>;
  /** The body of an upload, as it comes. */
  stream: Readable;
  method: string;
  /** Of the caller. */
  address: string;
  /** Where this server is called, without a slash at the end. */
  base: string;
}

export interface Answer {
  status: number;
  /** JSON, or a string, bytes or a stream that are sent as they are, under the `content-type` of `headers`. */
  body: unknown;
  headers?: Readonly<Record<string, string | string[]>>;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function mount(
  app: FastifyInstance,
  routes: readonly Route[],
  deps: Deps,
  actions: Actions,
  guards: Guards,
): void {
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort(problem('SERVICE_UNAVAILABLE')));
  for (const route of routes) {
    app.route({
      method: route.method,
      url: fastifyPath(route.path),
      config: { isUpload: route.upload === true || route.takesCsv === true, door: route.door },
      ...(route.bodyLimitBytes === undefined ? {} : { bodyLimit: route.bodyLimitBytes }),
      onRequest: (request, reply) => guards.admit(route, request, reply),
      handler: async (request, reply) => {
        const gone = AbortSignal.any([closing.signal, hangUpOf(reply)]);
        const isStillAdmitted = () => guards.isStillAdmitted(route, request);
        const call = { ...callOf(route, request, deps, actions, guards), gone, isStillAdmitted };
        const { status, body, headers } = await route.handle(call);
        if (headers !== undefined) reply.headers(headers);
        return reply.code(status).send(body);
      },
    });
  }
  for (const method of OTHER_METHODS) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
  for (const [path, ofPath] of Map.groupBy(routes, (route) => route.path))
    refuseOtherMethods(app, path, ofPath);
}

const EMPTY = Buffer.alloc(0);

function callOf(
  route: Route,
  request: FastifyRequest,
  deps: Deps,
  actions: Actions,
  guards: Guards,
): Omit<Call, 'gone' | 'isStillAdmitted'> {
  const bytes = Buffer.isBuffer(request.body) ? request.body : EMPTY;
  const { caller, device, address, correlation } = guards.admissionOf(request);
  return {
    deps,
    actions,
    // Named for the audit log, which only writes reach.
    caller: route.method === 'GET' ? caller : { ...caller, route: `${route.method} ${route.path}` },
    device,
    correlation,
    url: request.raw.url ?? '',
    params: request.params as Record<string, string>,
    query: request.query as Record<string, unknown>,
    headers: request.headers,
    body: bodyOf(route, request.headers, bytes),
    bytes,
    stream: request.raw,
    method: request.method,
    address,
    base: deps.config.publicUrl ?? `http://${request.headers.host ?? ''}`,
  };
}

function bodyOf(
  { body, mayLackBody, forms }: Route,
  headers: FastifyRequest['headers'],
  bytes: Buffer,
): unknown {
  if (body === undefined || (mayLackBody === true && bytes.length === 0)) return undefined;
  return forms === true && isForm(headers) ? readForm(bytes) : readJson(headers, bytes);
}

function hangUpOf({ raw }: FastifyReply): AbortSignal {
  const hangUp = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) hangUp.abort(problem('BAD_REQUEST', { error: 'The caller hung up' }));
  });
  return hangUp.signal;
}

/** All that Node takes; CONNECT it hands to nobody. */
const OTHER_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/** A known path answers a method it has not with 405 and a list of those it has, not with "not found". */
function refuseOtherMethods(app: FastifyInstance, path: string, routes: readonly Route[]): void {
  const allowed = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const refuse = async (_: FastifyRequest, reply: FastifyReply) => {
    reply.header('allow', allowed.join(', '));
    throw problem('METHOD_NOT_ALLOWED');
  };
  app.route({
    method: OTHER_METHODS.filter((method) => !allowed.includes(method)) as HTTPMethods[],
    url: fastifyPath(path),
    exposeHeadRoute: false,
    onRequest: refuse,
    handler: refuse,
  });
}

function fastifyPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}
