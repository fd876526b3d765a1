/** Whatever was thrown, told as a Problem: the caller's own, Fastify's, the database's, or a defect of ours. */
import type { FastifyError } from 'fastify';
import { Problem, problem } from '../contract/problems.ts';

const BY_FASTIFY_CODE: Readonly<Record<string, () => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => problem('BODY_TOO_LARGE'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => problem('UNSUPPORTED_MEDIA_TYPE'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    problem('BAD_REQUEST', { error: 'The body is not as long as Content-Length says' }),
  FST_ERR_BAD_URL: () => problem('NOT_FOUND'),
  FST_ERR_MAX_PARAM_LENGTH: () => problem('NOT_FOUND'),
};

/** Connection errors of the operating system and of name resolution. */
const NETWORK_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
];
/** PostgreSQL is starting, stopping, full, or was a replica: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const POSTGRES_CODES = ['57P01', '57P02', '57P03', '53300', '25006'];
/** What `pg` says without any code. */
const PG_SENTENCES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  const known = BY_FASTIFY_CODE[code];
  if (known !== undefined) return known();
  if (isOutOfReach(error)) return problem('SERVICE_UNAVAILABLE', { cause: error });
  return problem(isComplaint(error, code) ? 'BAD_REQUEST' : 'INTERNAL', { cause: error });
}

/** Fastify finds fault with the request in a way that has no name of its own here. */
function isComplaint(error: unknown, code: string): boolean {
  return code.startsWith('FST_') && ((error as FastifyError).statusCode ?? 500) < 500;
}

/** The database can't be reached, whoever wrapped the message. */
function isOutOfReach(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (NETWORK_CODES.includes(code) || POSTGRES_CODES.includes(code) || code.startsWith('08')) return true;
  if (PG_SENTENCES.test(error.message)) return true;
  // The socket file of a server that is not running; any other missing file is a defect.
  if (code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect') return true;
  // A host with several addresses fails with one error for each.
  if (error instanceof AggregateError && error.errors.some(isOutOfReach)) return true;
  return error.cause !== undefined && isOutOfReach(error.cause);
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}
