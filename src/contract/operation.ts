/**
 * One call of the API, declared once: the routes serve it, openapi.json prints it. What is not declared here is not
 * served, and nothing is printed that is not served.
 */
import type { ZodObject, ZodType } from 'zod';
import type { Scope } from '../domain/words.ts';
import type { ProblemCode } from './problems.ts';

export const TAGS = [
  'Messages',
  'Attachments',
  'Lines',
  'Conversations',
  'Do not contact',
  'Leads',
  'Availability',
  'Campaigns',
  'Webhooks',
  'Now',
  'Analytics',
  'Workspace',
  'API keys',
  'People',
  'Migration',
  'Sandbox',
  'Relay',
  'Operations',
] as const;

export interface Operation {
  operationId: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As in OpenAPI: `/api/messages/{id}`. */
  path: string;
  tag: (typeof TAGS)[number];
  /** What the key must be allowed to do (`admin` may do everything); null: open to everybody. */
  scope: Scope | null;
  /**
   * Other doors than the one for API keys. `device`: the token of a paired Mac. `guess`: open to everybody, but few times a
   * minute, because what is asked for can be guessed. `twilio`, `sendblue`: clients of those services, who bring a key in their
   * way and are refused in their form. `person`: for pages of this server, signed in or about to be; also few times a minute.
   */
  door?: 'device' | 'guess' | 'twilio' | 'sendblue' | 'person';
  summary: string;
  description?: string;
  /** Bounded per workspace and minute, by the limit of sends or of availability checks. */
  limited?: 'sends' | 'checks';
  pathParams?: ZodObject;
  query?: ZodObject;
  headers?: ZodObject;
  body?: ZodType;
  /** All of it can be left out, itself too. */
  mayLackBody?: true;
  /** The body may also be `application/x-www-form-urlencoded`. */
  forms?: true;
  /** The body is `multipart/form-data` with one file in it, read as it comes. */
  upload?: true;
  /** More than the 1 MB that every body may have. */
  bodyLimitBytes?: number;
  /** The body is a CSV file, plain or within a form; read by the route. */
  takesCsv?: true;
  answers: Readonly<Record<number, AnswerShape>>;
  /** Beyond those that any call can meet. */
  problems: readonly ProblemCode[];
}

export interface AnswerShape {
  description: string;
  /** Absent: text/plain. */
  schema?: ZodType;
  /** The bytes of a file, whatever its type. */
  isFile?: true;
  /** Instead of JSON, or of text/plain. */
  contentType?: string;
  headers?: ZodObject;
  /** Of what is not JSON, and of JSON whose example must not be composed from its schema. */
  example?: unknown;
}

/** What every call that needs a key can be refused with. */
export const KEY_PROBLEMS = [
  'UNAUTHORIZED',
  'FORBIDDEN',
  'NO_ACTIVE_WORKSPACE',
  'NOT_A_MEMBER',
] as const satisfies readonly ProblemCode[];

export const BODY_PROBLEMS = [
  'INVALID_JSON',
  'BODY_NOT_OBJECT',
  'BODY_TOO_DEEP',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'INVALID_FIELD',
  'TIMEOUT',
] as const satisfies readonly ProblemCode[];

/** Of a body that comes although none is read. */
export const UNREAD_BODY_PROBLEMS = [
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'TIMEOUT',
] as const satisfies readonly ProblemCode[];

export const UPLOAD_PROBLEMS = [
  'FILE_REQUIRED',
  'FILE_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'BAD_REQUEST',
  'TIMEOUT',
] as const satisfies readonly ProblemCode[];

export const SERVER_PROBLEMS = ['INTERNAL', 'SERVICE_UNAVAILABLE'] as const satisfies readonly ProblemCode[];

/** Whether a person who is signed in may make this call, by the cookie of the session. */
export function takesCookie({ scope, door }: Operation): boolean {
  return door === 'person' || (scope !== null && door === undefined);
}

/** Every refusal this call can answer with, each once. */
export function problemsOf(operation: Operation): ProblemCode[] {
  return [
    ...new Set<ProblemCode>([
      ...(operation.scope === null ? [] : KEY_PROBLEMS),
      ...(takesCookie(operation) && operation.method !== 'GET' ? ['FOREIGN_ORIGIN' as const] : []),
      ...(operation.door === 'device' ? ['NOT_PAIRED' as const] : []),
      ...(operation.limited !== undefined || ['device', 'guess', 'person'].includes(operation.door ?? '')
        ? ['RATE_LIMITED' as const]
        : []),
      ...(operation.body === undefined ? [] : BODY_PROBLEMS),
      ...(operation.method === 'GET' ? [] : UNREAD_BODY_PROBLEMS),
      ...(operation.upload ? UPLOAD_PROBLEMS : []),
      ...operation.problems,
      ...SERVER_PROBLEMS,
    ]),
  ];
}
