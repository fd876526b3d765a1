/** What a simulated phone has received, so that a test can count copies. */
import { z } from 'zod';
import { MESSAGE_TYPES } from '../domain/words.ts';
import { Id, Instant } from './common.ts';

export const SandboxCopy = z
  .object({
    _id: Id,
    message: z.string().meta({ description: 'The text as it arrived, placeholders resolved.' }),
    messageType: z.enum(MESSAGE_TYPES),
    fromLineId: Id,
    receivedAt: Instant,
    reference: z.string().meta({ description: 'Id of the message this is a copy of.' }),
    subject: z.string().nullable(),
    attempt: z.int(),
  })
  .meta({ id: 'SandboxCopy' });
export type SandboxCopy = z.infer<typeof SandboxCopy>;

export const SandboxPhoneAnswer = z
  .object({ address: z.string(), messages: z.array(SandboxCopy) })
  .meta({ id: 'SandboxPhoneAnswer', description: 'Oldest first.' });
export type SandboxPhoneAnswer = z.infer<typeof SandboxPhoneAnswer>;
