/** What stands before every route: who calls, what the key may do, how often, and under which correlation id. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../actions/access/authenticate.ts';
import type { Device } from '../actions/devices/authenticate-device.ts';
import { callerOf } from '../actions/people/sessions.ts';
import { type Operation, takesCookie } from '../contract/operation.ts';
import { Problem, problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import type { Scope } from '../domain/words.ts';
import type { CallerAddress } from './caller-address.ts';
import { authorizationOf } from './doors.ts';
import type { GuessLimit } from './guess-limit.ts';
import { readCorrelationId } from './headers.ts';
import { isFromOurPage } from './own-origin.ts';
import { createRateLimiter } from './rate-limit.ts';

export interface Admission {
  /** Of an open route: nobody, who owns nothing. */
  caller: Caller;
  /** Behind the door for devices only. */
  device: Device | null;
  /** Where the request comes from. */
  address: string;
  correlation: Correlation;
}

export interface Correlation {
  id: string;
  /** False: made by us, because the header `x-correlation-id` was absent. */
  given: boolean;
}

export interface Guards {
  /** Before the body is read, so that a stranger cannot make us take a megabyte. Throws a Problem. */
  admit(operation: Operation, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  admissionOf(request: FastifyRequest): Admission;
  /** Asked again later, of a request that lasts. Throws when nobody can tell. */
  isStillAdmitted(operation: Operation, request: FastifyRequest): Promise<boolean>;
}

const NOBODY: Caller = { workspaceId: '', apiKeyId: '', scopes: [], sendsAs: 'imessage_first' };

export interface GuardOptions {
  /** Of what can be guessed. */
  guesses: GuessLimit;
  /** Of whoever signs in: a whole office may have one address. */
  people: GuessLimit;
  addressOf: CallerAddress;
}

export function createGuards(deps: Deps, options: GuardOptions): Guards {
  const { guesses: countGuess, people: countPerson, addressOf } = options;
  // 0: no limit.
  const perMinute = { sends: deps.config.sendsPerMinute, checks: deps.config.checksPerMinute };
  const limiters = {
    sends: createRateLimiter(Math.max(1, perMinute.sends)),
    checks: createRateLimiter(Math.max(1, perMinute.checks)),
  };
  const admissions = new WeakMap<FastifyRequest, Admission>();

  function checkRate(kind: keyof typeof limiters, workspaceId: string, reply: FastifyReply): void {
    if (perMinute[kind] === 0) return;
    const { allowed, limit, remaining, resetSeconds } = limiters[kind].take(workspaceId, deps.clock.now());
    reply.header('ratelimit-limit', limit);
    reply.header('ratelimit-remaining', remaining);
    reply.header('ratelimit-reset', resetSeconds);
    if (!allowed) throw problem('RATE_LIMITED', { retryAfter: resetSeconds });
  }

  return {
    async admit(operation, request, reply) {
      const correlation = correlate(request, deps);
      reply.header('x-correlation-id', correlation.id);
      let caller = NOBODY;
      let device: Device | null = null;
      const address = addressOf(request.raw);
      if (operation.door === 'guess') countGuess(address);
      if (operation.door === 'person') {
        countPerson(address);
        if (!isRead(request)) refuseForeignPage(deps, request);
      }
      if (operation.door === 'device') {
        device = await deps.relay.authenticate(request.headers.authorization);
        if (device === null) {
          countGuess(address);
          throw problem('NOT_PAIRED');
        }
      }
      if (operation.scope !== null) {
        caller = await identify(deps, operation, request);
        if (!mayDo(caller, operation.scope)) {
          const error =
            caller.role === undefined
              ? `This API key lacks the scope ${operation.scope}`
              : `Your role (${caller.role}) does not allow this: it needs ${operation.scope}`;
          throw problem('FORBIDDEN', { error, reason: operation.scope });
        }
        // The key may outlive its workspace. What is remembered of a workspace makes this cheap.
        if ((await deps.snapshots.read(caller.workspaceId)) === null) throw problem('NO_ACTIVE_WORKSPACE');
        if (operation.limited !== undefined) checkRate(operation.limited, caller.workspaceId, reply);
      }
      admissions.set(request, { caller, device, address, correlation });
    },
    admissionOf(request) {
      const admission = admissions.get(request);
      if (admission === undefined) throw new Error('a route was reached without its guards');
      return admission;
    },
    async isStillAdmitted(operation, request) {
      try {
        const caller = await identify(deps, operation, request);
        if (operation.scope !== null && !mayDo(caller, operation.scope)) return false;
        // Whoever named no workspace and lost the first would be let into the next one.
        if (caller.workspaceId !== admissions.get(request)?.caller.workspaceId) return false;
        return (await deps.snapshots.read(caller.workspaceId)) !== null;
      } catch (error) {
        if (error instanceof Problem && error.status < 500) return false;
        throw error;
      }
    },
  };
}

/** By a key; else, where no key is tried, by the session of a person. */
async function identify(deps: Deps, operation: Operation, request: FastifyRequest): Promise<Caller> {
  const { headers } = request;
  const authorization = authorizationOf(operation.door, headers);
  if (authorization === undefined && takesCookie(operation) && headers.cookie !== undefined) {
    const session = await deps.people.sessions.find(headers.cookie);
    if (session !== null) {
      if (!isRead(request)) refuseForeignPage(deps, request);
      return callerOf(session, workspaceAskedFor(request));
    }
  }
  const caller = await deps.authenticate(authorization);
  if (caller === null) throw problem('UNAUTHORIZED');
  return caller;
}

/** Whoever brings a session must be told of as our page; a stranger at the door must only not be told of as another's. */
function refuseForeignPage({ config, people }: Deps, { headers }: FastifyRequest): void {
  const isOurs = isFromOurPage(headers, config.publicUrl);
  const mayBeNobodys = people.signIn.sessionToken(headers.cookie) === null;
  if (isOurs === false || (isOurs === null && !mayBeNobodys)) throw problem('FOREIGN_ORIGIN');
}

/** What follows a link or listens (`EventSource`) can't bring a header. */
function workspaceAskedFor(request: FastifyRequest): string | null {
  const header = request.headers['x-workspace-id'];
  if (typeof header === 'string' && header !== '') return header;
  const { workspace } = request.query as { workspace?: unknown };
  return isRead(request) && typeof workspace === 'string' && workspace !== '' ? workspace : null;
}

function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function mayDo({ scopes }: Caller, scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes('admin');
}

/** What its caller calls it, or a name that we give it. */
export function correlate(request: FastifyRequest, deps: Pick<Deps, 'ids'>): Correlation {
  const id = readCorrelationId(request.headers);
  return id === null ? { id: `app_${deps.ids()}`, given: false } : { id, given: true };
}
