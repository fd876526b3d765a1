/** The API as a caller with a key sees it. */

import type { SandboxCopy } from '../src/contract/lines/sandbox.ts';
import type {
  ExplainAnswer,
  Message,
  SendAnswer,
  TimelineAnswer,
} from '../src/contract/messages/messages.ts';
import { calledAs, undeclared } from './declared-answers.ts';
import { until } from './until.ts';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface Client {
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  /** POST /api/messages; `Prefer: wait=20` unless told otherwise. */
  send(body: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer<SendAnswer>>;
  message(id: string): Promise<Message>;
  /** Resolves when the message has this status. */
  reaches(id: string, status: Message['status']): Promise<Message>;
  timeline(id: string): Promise<TimelineAnswer['events']>;
  explain(id: string): Promise<ExplainAnswer>;
  /** Copies on a simulated phone, oldest first. */
  phone(address: string): Promise<SandboxCopy[]>;
}

export function openClient(url: string, key: string): Client {
  const call: Client['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    // Whatever a test is about: what comes back is what openapi.json says, or one of the two has drifted.
    const called = calledAs(method, path);
    const type = response.headers.get('content-type') ?? '';
    const drift = called === null ? [] : undeclared(called, response.status, type, text);
    if (drift.length > 0)
      throw new Error(
        `${method} ${path}: openapi.json does not say that ${drift.join('; ')}: ${text.slice(0, 500)}`,
      );
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
  };
  const message: Client['message'] = async (id) =>
    (await call<{ message: Message }>('GET', `/api/messages/${id}`)).body.message;

  return {
    call,
    send: (body, headers = {}) => call('POST', '/api/messages', body, { prefer: 'wait=20', ...headers }),
    message,
    reaches: (id, status) =>
      until(`message ${id} is ${status}`, async () => {
        const found = await message(id);
        return found.status === status ? found : null;
      }),
    timeline: async (id) => (await call<TimelineAnswer>('GET', `/api/messages/${id}/timeline`)).body.events,
    explain: async (id) => (await call<ExplainAnswer>('GET', `/api/messages/${id}/explain`)).body,
    async phone(address) {
      const path = `/api/sandbox/phones/${encodeURIComponent(address)}`;
      return (await call<{ messages: SandboxCopy[] }>('GET', path)).body.messages;
    },
  };
}
