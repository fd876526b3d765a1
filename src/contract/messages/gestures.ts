/** What says something without words: a tapback on a message, the sign that somebody is typing (contract 3.1). */
import { z } from 'zod';
import { REACTIONS, type Reaction } from '../../domain/words.ts';
import { isId } from '../../lib/ids.ts';
import { Id, Warnings } from '../common.ts';
import { asObject, unknownFields } from '../fields.ts';
import { problem } from '../problems.ts';

export interface React {
  messageId: string;
  reaction: Reaction;
}

export const ReactBody = z
  .object({
    messageId: Id.meta({ description: 'The message it is about, ours or the contact’s.' }),
    reaction: z.enum(REACTIONS),
  })
  .meta({ id: 'ReactBody', example: { messageId: '0199c2f07a3b00020c9b2d4e', reaction: 'like' } });

export const ReactAnswer = z
  .object({ ok: z.literal(true), reaction: z.enum(REACTIONS), warnings: Warnings })
  .meta({ id: 'ReactAnswer' });
export type ReactAnswer = Omit<z.infer<typeof ReactAnswer>, 'warnings'>;

export const TypingBody = z
  .object({ messageId: Id.meta({ description: 'Any message of the conversation.' }) })
  .meta({ id: 'TypingBody', example: { messageId: '0199c2f07a3b00020c9b2d4e' } });

export const TypingAnswer = z
  .object({ ok: z.literal(true), typing: z.boolean(), note: z.string(), warnings: Warnings })
  .meta({ id: 'TypingAnswer' });
export type TypingAnswer = Omit<z.infer<typeof TypingAnswer>, 'warnings'>;

export function parseReact(body: unknown): { request: React; warnings: string[] } {
  const fields = asObject(body);
  const { messageId, reaction: given } = fields;
  if (!isGiven(messageId) || !isGiven(given)) throw problem('REACTION_INCOMPLETE');
  const reaction = REACTIONS.find((each) => each === given);
  if (reaction === undefined) throw problem('INVALID_REACTION', { param: 'reaction' });
  const warnings = unknownFields(fields, new Set(Object.keys(ReactBody.shape)));
  return { request: { messageId: readMessageId(messageId), reaction }, warnings };
}

export function parseTyping(body: unknown): { messageId: string; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, new Set(Object.keys(TypingBody.shape)));
  return { messageId: readMessageId(fields.messageId), warnings };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function readMessageId(value: unknown): string {
  if (typeof value !== 'string' || !isId(value)) throw problem('INVALID_MESSAGE_ID', { param: 'messageId' });
  return value;
}
