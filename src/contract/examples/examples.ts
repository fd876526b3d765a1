/**
 * Examples for openapi.json. Requests: written beside their schema. Answers: composed from their schema, so that no answer
 * is without one and none can contradict its shape. Refusals: from the catalogue, by what really writes them.
 */

import { toSendblueError } from '../doors/sendblue-door.ts';
import { toTwilioError } from '../doors/twilio-door.ts';
import { type Operation, problemsOf } from '../operation.ts';
import {
  PROBLEMS,
  type Problem,
  type ProblemCode,
  type ProblemDetails,
  problem,
  toBody,
} from '../problems.ts';
import { composeExample, type PrintedSchema, type PrintedSchemas, resolve } from './compose-example.ts';
import { EXAMPLE_VALUES } from './example-values.ts';

/** A document as far as examples go. */
export interface Printed {
  paths: Record<string, Record<string, PrintedOperation>>;
  components: { schemas: PrintedSchemas; examples?: Record<string, object> };
}
interface PrintedOperation {
  parameters?: { in: string; name: string; required?: boolean; schema: PrintedSchema; example?: unknown }[];
  requestBody?: { content: Record<string, PrintedContent> };
  responses: Record<string, { content?: Record<string, PrintedContent> }>;
}
interface PrintedContent {
  schema: PrintedSchema;
  example?: unknown;
  examples?: Record<string, { $ref: string }>;
}

/** Afterwards, because what is shown is composed from the schemas as they were printed. */
export function addExamples({ paths, components }: Printed, operations: readonly Operation[]): void {
  const { schemas } = components;
  const refusals = new Set<string>();
  for (const { path, method, answers, ...operation } of operations) {
    const printed = paths[path]?.[method.toLowerCase()];
    if (printed === undefined) continue;
    const { parameters = [], requestBody, responses } = printed;
    for (const parameter of parameters) {
      const { required = false, name, schema } = parameter;
      if (required && schema.example === undefined) parameter.example = composeExample(schema, schemas, name);
    }
    for (const content of Object.values(requestBody?.content ?? {}))
      content.example ??= resolve(content.schema, schemas).example;
    for (const [status, { example }] of Object.entries(answers)) {
      for (const [type, content] of Object.entries(responses[status]?.content ?? {})) {
        if (example !== undefined) content.example = example;
        else if (type === 'application/json') content.example = composeExample(content.schema, schemas);
      }
    }
    for (const code of problemsOf({ path, method, answers, ...operation })) {
      const content = responses[PROBLEMS[code].status]?.content?.['application/json'];
      const name = refusalExampleName(code, operation.door);
      if (content === undefined) continue;
      content.examples = { ...content.examples, [code]: { $ref: `#/components/examples/${name}` } };
      refusals.add(name);
    }
  }
  components.examples = Object.fromEntries([...refusals].map((name) => [name, refusalExample(name)]));
  // Beside each request now: a shape alone needs none.
  for (const [name, schema] of Object.entries(schemas)) if (name.endsWith('Body')) delete schema.example;
}

/** Of refusals that say more than their line of the catalogue. */
const DETAILS: Readonly<Partial<Record<ProblemCode, ProblemDetails>>> = {
  INVALID_FIELD: { param: 'limit', error: 'limit must be a whole number from 1 to 100' },
  INVALID_LEADS: {
    rows: [{ index: 0, param: 'phone', error: 'phone must be a phone number in E.164 format' }],
  },
  INVALID_CAMPAIGN: {
    error: 'The campaign is not valid: lineIds: must name at least one line',
    param: 'lineIds',
    problems: [{ param: 'lineIds', error: 'must name at least one line' }],
  },
  CAMPAIGN_STATE: {
    error: 'The campaign is draft, so there is nothing to pause: launch it',
    reason: 'draft',
  },
  LIST_IN_USE: { reason: '0199c2f07a3b000b0c9b2d4e' },
  LEAD_EXISTS: { reason: '0199c2f07a3b00010c9b2d4e' },
  MESSAGE_NOT_WAITING: { reason: 'sent' },
  CARRIER_ERROR: { error: 'BlueBubbles error: the device does not answer' },
  INVALID_WEBHOOK_EVENTS: { error: 'Invalid events: lead.created' },
  CSV_MALFORMED: { error: 'A quote is never closed, in line 3' },
  DOOR_REFUSED: { error: "A 'To' phone number is required", reason: '21604' },
  FORBIDDEN_LINE_TYPE: {
    also: { success: false, status: 'forbidden_line_type', message: PROBLEMS.FORBIDDEN_LINE_TYPE.error },
  },
};

const WRITERS = {
  '': (refusal: Problem): object => toBody(refusal, String(EXAMPLE_VALUES.requestId)),
  twilio: toTwilioError,
  sendblue: toSendblueError,
} as const;
type Form = keyof typeof WRITERS;

/** The name under which `components.examples` has it. */
export function refusalExampleName(code: ProblemCode, door: Operation['door']): string {
  const form = formOf(door);
  return form === '' ? code : `${form}.${code}`;
}

export function refusalExample(name: string): { summary: string; value: object } {
  const [code, form] = name.split('.').reverse() as [ProblemCode, Form | undefined];
  const refusal = problem(code, DETAILS[code]);
  return { summary: refusal.error, value: WRITERS[form ?? ''](refusal) };
}

function formOf(door: Operation['door']): Form {
  return door === 'twilio' || door === 'sendblue' ? door : '';
}
