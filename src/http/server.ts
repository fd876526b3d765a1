/** The HTTP server: one Fastify server, the declared routes on it, and one way to say no. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import type { Actions } from './actions.ts';
import { BODY_LIMIT_BYTES } from './body.ts';
import { createCallerAddress } from './caller-address.ts';
import { createClientErrors } from './client-errors.ts';
import { openDashboard } from './dashboard.ts';
import { refusalBody } from './doors.ts';
import { toProblem } from './failures.ts';
import { correlate, createGuards } from './guards.ts';
import { createGuessLimit } from './guess-limit.ts';
import { asksForLink, openRelayLinks } from './relay-links.ts';
import { mount } from './route.ts';
import { routes } from './routes.ts';

const MAX_PARAM_CHARACTERS = 512;
/** Sign-ins and the like in a minute: of a whole office behind one address. */
const PEOPLE_OF_ONE_ADDRESS = 240;

export function createServer(deps: Deps, actions: Actions): FastifyInstance {
  const newRequestId = () => `req_${deps.ids()}`;
  const clientErrors = createClientErrors(newRequestId);
  const app = Fastify({
    // Requests are not logged one by one: at ten thousand a second the log would cost more than the work. Failures are.
    logger: false,
    genReqId: newRequestId,
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    // Whoever came in is answered, also while the server closes.
    return503OnClosing: false,
    requestTimeout: deps.config.bodyTimeoutMs,
    http: {
      headersTimeout: deps.config.bodyTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, Math.ceil(deps.config.bodyTimeoutMs / 4)),
      // Asked for below instead, where the refusal has our shape.
      requireHostHeader: false,
      shouldUpgradeCallback: asksForLink,
    },
    routerOptions: { maxParamLength: MAX_PARAM_CHARACTERS, ignoreTrailingSlash: true },
    clientErrorHandler: (error, socket) => clientErrors.handle(error, socket),
    // URLs that cannot be decoded never reach the hooks.
    frameworkErrors: (error, request, reply) =>
      refuse(deps, error, request, reply.header('x-request-id', request.id)),
  });

  // Bodies stay bytes: the routes that want JSON read it themselves, the same bytes are what idempotency compares.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes));

  // Files are read by their route, as they come; every other route refuses the types.
  app.addContentTypeParser(['multipart/form-data', 'text/csv'], (_request, _payload, done) => done(null));

  // An `Expect` of any kind but 100-continue is no reason for Node's bodiless 417.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));

  app.addHook('onRequest', async (request, reply) => {
    clientErrors.begin(request, reply);
    reply.header('x-request-id', request.id);
    reply.header('cache-control', 'no-store');
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      throw problem('BAD_REQUEST', { error: 'The Host header is missing' });
    }
  });
  // Closing ends connections that are idle at that moment. Who is answered later would keep his for another minute, and
  // the process with it.
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    observe(deps, request, reply);
    endUpload(deps, request);
    // Of a file that was on its way: its head had promised that the connection stays.
    if (closing) app.server.closeIdleConnections();
  });
  app.setErrorHandler((error, request, reply) => refuse(deps, error, request, reply));
  const dashboard = openDashboard();
  app.setNotFoundHandler(
    (request, reply) => dashboard(request, reply) ?? refuse(deps, problem('NOT_FOUND'), request, reply),
  );
  const countGuess = createGuessLimit(deps.clock);
  const people = createGuessLimit(deps.clock, PEOPLE_OF_ONE_ADDRESS);
  const addressOf = createCallerAddress(deps.config.trustProxy);
  mount(app, routes, deps, actions, createGuards(deps, { guesses: countGuess, people, addressOf }));
  openRelayLinks(app, deps, actions, (request) => countGuess(addressOf(request)));
  return app;
}

function refuse(deps: Deps, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Who hung up, or was hung up on, amid its own request gets no answer; what was thrown then says nothing of us.
  const isGone = request.raw.destroyed && !request.raw.complete;
  const refusal = isGone ? problem('BAD_REQUEST') : toProblem(error, request.routeOptions.bodyLimit);
  // 501 is nobody's fault: what was asked for is not built.
  if (refusal.status >= 500 && refusal.status !== 501) {
    deps.log.error({ err: refusal.cause ?? refusal, ...traceOf(request, reply) }, 'request failed');
  }
  // Whoever came to no call of ours met no guard.
  if (!reply.hasHeader('x-correlation-id')) reply.header('x-correlation-id', correlate(request, deps).id);
  // The rest of what came too slowly is not waited for.
  if (refusal.code === 'TIMEOUT') reply.header('connection', 'close');
  if (refusal.retryAfter !== null) reply.header('retry-after', refusal.retryAfter);
  return reply.code(refusal.status).send(refusalBody(refusal, request));
}

/** Whoever was answered amid an upload may end it, to hear the answer; but no timeout of Node's watches that any more. */
function endUpload({ clock, config }: Deps, { raw, routeOptions }: FastifyRequest): void {
  const { isUpload = false } = (routeOptions.config ?? {}) as { isUpload?: boolean };
  if (!isUpload || raw.complete || raw.destroyed) return;
  const over = new AbortController();
  // Of the request, which also ends when all of it has come: its connection may bring many.
  raw.once('close', () => over.abort());
  void clock.sleep(config.bodyTimeoutMs, over.signal).then(() => {
    if (!raw.complete) raw.socket.destroy();
  });
}

function observe(deps: Deps, request: FastifyRequest, reply: FastifyReply): void {
  deps.metrics.requests.labels(routeOf(request), String(reply.statusCode)).observe(reply.elapsedTime / 1000);
  if (deps.log.isLevelEnabled('debug')) {
    deps.log.debug({ ...traceOf(request, reply), status: reply.statusCode }, 'request');
  }
}

function traceOf(request: FastifyRequest, reply: FastifyReply) {
  const correlationId = reply.getHeader('x-correlation-id');
  return { requestId: request.id, correlationId, route: routeOf(request) };
}

/** The declared path, never the asked one: labels must stay few. */
function routeOf(request: FastifyRequest): string {
  const { url } = request.routeOptions;
  return url === undefined ? 'unknown' : `${request.method} ${url}`;
}
