/** The guided check of a line, before it is made and after: what was found step by step, and what to do about it. */
import { z } from 'zod';
import { STEP_STATES } from '../../domain/setup-step.ts';
import { Instant, Warnings } from '../common.ts';

const SetupStep = z
  .object({
    key: z.string().meta({ description: 'Stable, for programs.', example: 'password' }),
    state: z.enum(STEP_STATES).meta({
      description:
        '`warning`: it works, and something of it is missing. `skipped`: it could not be asked yet, or need not be.',
    }),
    sentence: z.string().meta({ description: 'What was found.' }),
    fix: z.string().nullable().meta({ description: 'What to do about it; null: nothing.' }),
  })
  .meta({ id: 'SetupStep' });

export const LineCheckAnswer = z
  .object({
    ok: z.boolean().meta({ description: 'No step failed.' }),
    checkedAt: Instant,
    steps: z.array(SetupStep).meta({ description: 'In the order in which they were asked.' }),
    warnings: Warnings,
  })
  .meta({ id: 'LineCheckAnswer' });
export type LineCheckAnswer = z.infer<typeof LineCheckAnswer>;
