/** Pieces of declarations that several routes repeat. */
import { z } from 'zod';
import { Id } from '../../contract/common.ts';
import { type ProblemCode, problem } from '../../contract/problems.ts';
import { isId } from '../../lib/ids.ts';
import type { Answer, Call } from '../route.ts';

export const idParam = z.object({ id: Id });

export const correlationHeader = {
  'x-correlation-id': z.string().optional().meta({
    description: 'Carried through to logs and webhooks, and back in the answer. Made by us when absent.',
  }),
};

/** The id of the path. One of another form belongs to nothing: the same answer as for an unknown one. */
export function idOf({ params }: Call, notFound: ProblemCode): string {
  const { id } = params;
  if (id === undefined || !isId(id)) throw problem(notFound);
  return id;
}

export function withWarnings(body: object, warnings: readonly string[]): Answer {
  return { status: 200, body: { ...body, warnings } };
}
