/** What a simulated phone has received, so that a test can count copies. */
import { z } from 'zod';
import { MESSAGE_TYPES } from '../../domain/words.ts';
import { Id, Instant } from '../common.ts';

/** More than any test looks at one by one. */
export const MAX_SANDBOX_COPIES = 1_000;

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
    attachmentUrls: z.array(z.string()),
    attachmentNames: z.array(z.string().nullable()),
  })
  .meta({ id: 'SandboxCopy' });
export type SandboxCopy = z.infer<typeof SandboxCopy>;

export const SandboxPhoneAnswer = z
  .object({
    address: z.string(),
    total: z.int().meta({ description: 'Copies that were received in all.' }),
    messages: z.array(SandboxCopy).meta({ description: 'The newest 1,000 of them, oldest first.' }),
  })
  .meta({ id: 'SandboxPhoneAnswer' });
export type SandboxPhoneAnswer = z.infer<typeof SandboxPhoneAnswer>;
