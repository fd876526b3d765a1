/** Whatever was thrown, told as a Problem: the caller's own, Fastify's, the database's, or a defect of ours. */
import type { FastifyError } from 'fastify';
import { Problem, problem } from '../contract/problems.ts';
import { codeOf, isOutOfReach } from '../lib/out-of-reach.ts';
import { BODY_LIMIT_BYTES } from './body.ts';

const BY_FASTIFY_CODE: Readonly<Record<string, (bodyLimit: number) => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (bodyLimit) =>
    problem('BODY_TOO_LARGE', {
      error: `Request body must not be larger than ${Math.floor(bodyLimit / BODY_LIMIT_BYTES)} MB`,
    }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => problem('UNSUPPORTED_MEDIA_TYPE'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    problem('BAD_REQUEST', { error: 'The body is not as long as Content-Length says' }),
  FST_ERR_BAD_URL: () => problem('NOT_FOUND'),
  FST_ERR_MAX_PARAM_LENGTH: () => problem('NOT_FOUND'),
};

export function toProblem(error: unknown, bodyLimit = BODY_LIMIT_BYTES): Problem {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  const known = BY_FASTIFY_CODE[code];
  if (known !== undefined) return known(bodyLimit);
  if (isOutOfReach(error)) return problem('SERVICE_UNAVAILABLE', { cause: error });
  return problem(isComplaint(error, code) ? 'BAD_REQUEST' : 'INTERNAL', { cause: error });
}

/** Fastify finds fault with the request in a way that has no name of its own here. */
function isComplaint(error: unknown, code: string): boolean {
  return code.startsWith('FST_') && ((error as FastifyError).statusCode ?? 500) < 500;
}
