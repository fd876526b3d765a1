/** Wire shape of the workspace itself, and of what may be changed about it (D9, D18). */
import { z } from 'zod';
import { isTimeZone } from '../../domain/window.ts';
import { BILLING_STATUSES, LINE_DOWN_POLICIES, type LineDownPolicy } from '../../domain/words.ts';
import { Warnings } from '../common.ts';
import { asObject, readChoice, readLabel, readText, unknownFields } from '../fields.ts';
import { invalidField, problem } from '../problems.ts';

export const Workspace = z
  .object({
    workspaceId: z.string(),
    name: z.string(),
    timezone: z.string().meta({ description: 'IANA zone of messages that name days but no zone.' }),
    billingStatus: z
      .enum(BILLING_STATUSES)
      .meta({ description: '`past_due`: reads work, writes are refused, messages wait.' }),
    lineDownPolicy: z.enum(LINE_DOWN_POLICIES).meta({
      description:
        'What becomes of running conversations when their line goes down: they `wait` for it (24 h, then they fail), `move` to another line, or go on by `sms`.',
    }),
  })
  .meta({ id: 'Workspace' });
export type Workspace = z.infer<typeof Workspace>;

export const UpdateWorkspaceAnswer = z
  .object({ ...Workspace.shape, warnings: Warnings })
  .meta({ id: 'UpdateWorkspaceAnswer' });

/** Absent = stays. */
export interface UpdateWorkspace {
  name?: string;
  timezone?: string;
  lineDownPolicy?: LineDownPolicy;
}

export const UpdateWorkspaceBody = z
  .object({
    name: z.string().nullish(),
    timezone: z.string().nullish(),
    lineDownPolicy: z.enum(LINE_DOWN_POLICIES).nullish(),
  })
  .meta({
    id: 'UpdateWorkspaceBody',
    example: { timezone: 'Europe/Madrid', lineDownPolicy: 'move' },
    description: 'Absent fields stay.',
  });

const MAX_NAME_CHARACTERS = 255;
const KNOWN: ReadonlySet<string> = new Set(Object.keys(UpdateWorkspaceBody.shape));

export function parseUpdateWorkspace(body: unknown): { request: UpdateWorkspace; warnings: string[] } {
  const fields = asObject(body);
  const request: UpdateWorkspace = {};
  const name = readLabel(fields, 'name', MAX_NAME_CHARACTERS);
  if (name !== null) request.name = name;
  const timezone = readText(fields, 'timezone');
  if (timezone !== null) {
    if (!isTimeZone(timezone))
      throw invalidField('timezone', 'must be an IANA time zone, like America/New_York');
    request.timezone = timezone;
  }
  const lineDownPolicy = readChoice(fields, 'lineDownPolicy', LINE_DOWN_POLICIES);
  if (lineDownPolicy !== null) request.lineDownPolicy = lineDownPolicy;
  const warnings = unknownFields(fields, KNOWN);
  if (Object.keys(request).length === 0) throw problem('NOTHING_TO_CHANGE');
  return { request, warnings };
}
