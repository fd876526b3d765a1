/** How the workspace wants to sound (contract 3.9). Kept for whoever writes; we write nothing ourselves (D39). */
import { z } from 'zod';
import { Warnings } from '../common.ts';
import { asObject, checkText, type Fields, isLongerThan, readText, unknownFields } from '../fields.ts';
import { invalidField, problem } from '../problems.ts';

const MAX_PHRASES = 200;
const MAX_PHRASE_CHARACTERS = 200;
const MAX_INSTRUCTIONS_CHARACTERS = 10_000;

const phrases = z.array(z.string().max(MAX_PHRASE_CHARACTERS)).max(MAX_PHRASES);

export const LanguageAudit = z
  .object({
    allowedPhrases: z.array(z.string()),
    blockedPhrases: z
      .array(z.string())
      .meta({ description: 'A dry run warns of these; a send is not refused for them.' }),
    customInstructions: z.string().meta({ description: 'For whoever writes the messages.' }),
  })
  .meta({ id: 'LanguageAudit' });
export type LanguageAudit = z.infer<typeof LanguageAudit>;

export const UpdateLanguageAuditAnswer = z
  .object({ ...LanguageAudit.shape, warnings: Warnings })
  .meta({ id: 'UpdateLanguageAuditAnswer' });

export const UpdateLanguageAuditBody = z
  .object({
    allowedPhrases: phrases.nullish(),
    blockedPhrases: phrases.nullish(),
    customInstructions: z.string().max(MAX_INSTRUCTIONS_CHARACTERS).nullish(),
  })
  .meta({
    id: 'UpdateLanguageAuditBody',
    example: {
      allowedPhrases: ['Best regards'],
      blockedPhrases: ['guaranteed'],
      customInstructions: 'Write plainly.',
    },
    description: 'Absent fields stay; a list that is given replaces the old one.',
  });

export type UpdateLanguageAudit = Partial<LanguageAudit>;

export function parseLanguageAudit(body: unknown): { request: UpdateLanguageAudit; warnings: string[] } {
  const fields = asObject(body);
  const request: UpdateLanguageAudit = {};
  for (const name of ['allowedPhrases', 'blockedPhrases'] as const) {
    const list = readPhrases(fields, name);
    if (list !== null) request[name] = list;
  }
  const instructions = readText(fields, 'customInstructions');
  if (instructions !== null) {
    if (isLongerThan(instructions, MAX_INSTRUCTIONS_CHARACTERS))
      throw invalidField('customInstructions', 'must be at most 10,000 characters');
    request.customInstructions = instructions;
  }
  const warnings = unknownFields(fields, new Set(Object.keys(UpdateLanguageAuditBody.shape)));
  if (Object.keys(request).length === 0) throw problem('NOTHING_TO_CHANGE');
  return { request, warnings };
}

/** Trimmed, each once, without blank ones; null when absent. */
function readPhrases(fields: Fields, name: string): string[] | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value) || value.length > MAX_PHRASES)
    throw invalidField(name, `must be an array of at most ${MAX_PHRASES} strings`);
  const list = value.map((phrase: unknown, index) => {
    const param = `${name}[${index}]`;
    if (typeof phrase !== 'string') throw invalidField(param, 'must be a string');
    checkText(param, phrase);
    if (isLongerThan(phrase, MAX_PHRASE_CHARACTERS))
      throw invalidField(param, `must be at most ${MAX_PHRASE_CHARACTERS} characters`);
    return phrase.trim();
  });
  return [...new Set(list.filter((phrase) => phrase !== ''))];
}
