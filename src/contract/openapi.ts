/** openapi.json, from the declarations that are served. */
import type { ZodType } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import { ErrorAnswer } from './common.ts';
import { SendblueError } from './doors/sendblue-door.ts';
import { TwilioError } from './doors/twilio-door.ts';
import { addExamples, type Printed } from './examples/examples.ts';
import { type AnswerShape, type Operation, problemsOf, TAGS } from './operation.ts';
import { PROBLEMS, type ProblemCode } from './problems.ts';

const DESCRIPTION = `One call, one message: iMessage, SMS or email, accepted durably, sent by the rules, followed to its end.

Authenticate with \`Authorization: Bearer tl_sk_…\`; people in a browser with the cookie of their session. Bodies and answers are JSON in UTF-8; instants are ISO 8601 in UTC.
Fields of an entity are always present, \`null\` when there is nothing to say. New fields may appear at any time: ignore
those you do not know. Every answer carries \`x-request-id\`; \`x-correlation-id\` comes back as it came.`;

/** Deterministic: the same declarations give the same bytes. */
export function createOpenApi(operations: readonly Operation[], version: string) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const operation of operations) {
    const path = paths[operation.path] ?? {};
    path[operation.method.toLowerCase()] = describe(operation);
    paths[operation.path] = path;
  }
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Trunkline',
        version,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: 'http://127.0.0.1:8080', description: 'Where `npm start` serves' }],
      tags: TAGS.map((name) => ({ name })),
      paths,
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of the workspace, `tl_sk_…`.' },
          basic: { type: 'http', scheme: 'basic', description: 'Any user; an API key as the password.' },
          sendblue: {
            type: 'apiKey',
            in: 'header',
            name: 'sb-api-secret-key',
            description: 'An API key of the workspace.',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'trunkline.session_token',
            description:
              'Of a person who is signed in; `__Secure-trunkline.session_token` where the server is reached by https. `x-workspace-id` says which of several workspaces is meant, and writes need an `Origin` or `Sec-Fetch-Site` of this server.',
          },
          device: { type: 'http', scheme: 'bearer', description: 'The token of a paired Mac, `tl_mac_…`.' },
        },
      },
    },
    {
      // One component per shape, whichever way it travels: an answer would be closed, a request is not.
      override({ jsonSchema }) {
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    },
  );
  leaveOpen(document);
  addExamples(document as unknown as Printed, operations);
  return document;
}

/** Answers may grow. A reference with words of its own is printed closed, after the override above. */
function leaveOpen(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const shape = node as { additionalProperties?: unknown };
  if (shape.additionalProperties === false) delete shape.additionalProperties;
  for (const child of Object.values(node)) leaveOpen(child);
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  const {
    operationId,
    tag,
    summary,
    scope,
    door,
    description,
    pathParams,
    query,
    headers,
    body,
    mayLackBody,
  } = operation;
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(operation),
    ...(scope === null ? {} : { 'x-scope': scope }),
    requestParams: {
      ...(pathParams === undefined ? {} : { path: pathParams }),
      ...(query === undefined ? {} : { query }),
      ...(headers === undefined ? {} : { header: headers }),
    },
    ...(body === undefined
      ? {}
      : { requestBody: { required: mayLackBody !== true, content: bodyOf(operation.forms, body) } }),
    ...(operation.upload ? { requestBody: UPLOAD } : {}),
    ...(operation.takesCsv ? { requestBody: CSV_FILE } : {}),
    responses: { ...answersOf(operation), ...refusalsOf(problemsOf(operation), refusalShape(door)) },
  };
}

const UPLOAD = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object' as const,
        required: ['file'],
        properties: { file: { type: 'string' as const, contentMediaType: 'application/octet-stream' } },
      },
      example: { file: 'the bytes of offer.pdf' },
    },
  },
};

const CSV = 'First name,Last name,Phone,Email\nAda,Lovelace,+12025550100,ada@example.com\n';
const CSV_FILE = {
  required: true,
  content: {
    'text/csv': { schema: { type: 'string' as const }, example: CSV },
    'multipart/form-data': {
      schema: {
        type: 'object' as const,
        required: ['file'],
        description: 'What the query takes may stand in the form as well.',
        properties: { file: { type: 'string' as const, contentMediaType: 'text/csv' } },
      },
      example: { file: CSV },
    },
  },
};

function bodyOf(forms: true | undefined, schema: ZodType) {
  return {
    'application/json': { schema },
    ...(forms === true ? { 'application/x-www-form-urlencoded': { schema } } : {}),
  };
}

function securityOf({ door, scope }: Operation) {
  if (door === 'device') return [{ device: [] }];
  if (door === 'person') return [{}, { session: [] }];
  if (scope === null) return [];
  if (door === 'twilio') return [{ basic: [] }, { apiKey: [] }];
  return door === 'sendblue' ? [{ sendblue: [] }, { apiKey: [] }] : [{ apiKey: [] }, { session: [] }];
}

function answersOf({ answers }: Operation): ZodOpenApiResponsesObject {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [
      status,
      // It has no body.
      status === '304' ? { description: answer.description } : describeAnswer(answer),
    ]),
  );
}

function describeAnswer({ description, schema, headers, isFile, contentType }: AnswerShape) {
  if (isFile === true)
    return {
      description,
      content: {
        '*/*': { schema: { type: 'string' as const, contentMediaType: 'application/octet-stream' } },
      },
    };
  return {
    description,
    ...(headers === undefined ? {} : { headers }),
    content:
      schema === undefined
        ? { [contentType ?? 'text/plain']: { schema: { type: 'string' as const } } }
        : { 'application/json': { schema } },
  };
}

/** One answer per status; its description lists the codes it may carry. */
function refusalShape(door: Operation['door']): ZodType {
  if (door === 'twilio') return TwilioError;
  return door === 'sendblue' ? SendblueError : ErrorAnswer;
}

function refusalsOf(codes: readonly ProblemCode[], schema: ZodType): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      String(status),
      {
        description: ofStatus.map((code) => `\`${code}\`: ${PROBLEMS[code].error}`).join('\n\n'),
        content: { 'application/json': { schema } },
      },
    ]),
  );
}
