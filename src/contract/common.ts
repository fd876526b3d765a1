/**
 * Shapes that several pages of the contract share.
 *
 * Naming, here and in openapi.json: an entity is a bare noun (`Message`), what a request carries ends in `Body`, what
 * an answer carries ends in `Answer`; the component in the document has the name of the constant.
 * Nulls: a field of an entity is always present, `null` when there is nothing to say; lists are always lists.
 */
import { z } from 'zod';
import { PROBLEMS } from './problems.ts';

/** Our ids: 24 lower-case hex characters that sort by creation (D2). */
export const Id = z.string().meta({
  description: '24 lower-case hex characters; sorts by creation.',
  example: '0199c2f07a3b00010c9b2d4e',
});

export const Instant = z
  .string()
  .meta({ format: 'date-time', description: 'ISO 8601, UTC.', example: '2026-11-24T09:30:00.000Z' });

export const BadRowShape = z.object({
  index: z.int(),
  line: z.int().optional(),
  param: z.string(),
  error: z.string(),
});

export const ErrorAnswer = z
  .object({
    error: z.string().meta({ description: 'A sentence for people.' }),
    code: z.string().meta({ description: 'What programs branch on.', examples: Object.keys(PROBLEMS) }),
    reason: z.string().optional().meta({ description: 'Further detail of some codes.' }),
    param: z.string().optional().meta({ description: 'The field at fault.' }),
    available: z
      .boolean()
      .optional()
      .meta({ description: '`false`, of `POST /api/check-availability-rr` alone.' }),
    rows: z.array(BadRowShape).optional().meta({
      description:
        'Of `INVALID_LEADS` and `CSV_MALFORMED`: what is wrong with which; beyond 1,000 faults each lead once.',
    }),
    problems: z
      .array(z.object({ param: z.string(), error: z.string() }))
      .optional()
      .meta({ description: 'Of `INVALID_CAMPAIGN`: all that is wrong, each with its place; 100 at most.' }),
    success: z.boolean().optional().meta({ description: '`false`, of line requests alone; with them:' }),
    status: z.string().optional(),
    message: z.string().optional(),
    requestId: z.string().meta({ description: 'The same as in the header `x-request-id` and in our log.' }),
  })
  .meta({ id: 'ErrorAnswer', description: 'Every refusal has this shape. All codes: docs/errors.md.' });

export const Warnings = z
  .array(z.string())
  .meta({ description: 'Fields that were ignored, and why. Empty when all is well.' });

/** Years 0000–9999 only; anything further ahead than this is surely a slip of units or of the keyboard. */
export const MAX_AHEAD_MS = 2 * 366 * 86_400_000;
