/** People in a browser, as far as HTTP goes: cookies are kept, and requests say which page they come from. */
import { createHmac } from 'node:crypto';
import { makeSetupToken } from '../src/actions/people/join.ts';
import type { NewInvitationAnswer } from '../src/contract/people/people.ts';
import type { Role } from '../src/domain/words.ts';
import type { Answer } from './client.ts';
import { calledAs, undeclared } from './declared-answers.ts';
import type { TestApp } from './harness.ts';
import type { Workspace } from './workspaces.ts';

export const PASSWORD = 'a sentence nobody guesses';

export interface Browser {
  cookies: Map<string, string>;
  /** What the last answer said to keep, word for word. */
  setCookies: string[];
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
}

export interface Person extends Browser {
  id: string;
  email: string;
}

export function openBrowser(url: string): Browser {
  const cookies = new Map<string, string>();
  const browser: Browser = {
    cookies,
    setCookies: [],
    async call<Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          origin: url,
          ...(cookies.size === 0
            ? {}
            : { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      browser.setCookies = response.headers.getSetCookie();
      for (const each of browser.setCookies) keep(cookies, each);
      const text = await response.text();
      const called = calledAs(method, path);
      const type = response.headers.get('content-type') ?? '';
      const drift = called === null ? [] : undeclared(called, response.status, type, text);
      if (drift.length > 0)
        throw new Error(
          `${method} ${path}: openapi.json does not say that ${drift.join('; ')}: ${text.slice(0, 500)}`,
        );
      return {
        status: response.status,
        headers: response.headers,
        body: (text === '' ? {} : JSON.parse(text)) as Body,
      };
    },
  };
  return browser;
}

let made = 0;

/** The first owner, by a set-up link. */
export async function openOwner(app: TestApp, { workspaceId }: Workspace, name = 'Olga'): Promise<Person> {
  const token = await makeSetupToken(app.deps, workspaceId);
  const email = newAddress(name);
  const browser = openBrowser(app.url);
  const { status, body } = await browser.call('POST', '/api/setup', {
    token,
    name,
    email,
    password: PASSWORD,
  });
  if (status !== 201) throw new Error(`no owner: ${status} ${JSON.stringify(body)}`);
  return personOf(browser, email);
}

/** With a browser of its own. */
export async function signInAt(app: TestApp, email: string, password = PASSWORD) {
  const browser = openBrowser(app.url);
  const answer = await browser.call('POST', '/auth/sign-in', { email, password });
  return { browser, ...answer };
}

/** By an invitation of somebody who may invite. */
export async function openMember(
  app: TestApp,
  by: Browser,
  role: Role,
  name: string = role,
): Promise<Person> {
  const email = newAddress(name);
  const { body: invited } = await by.call<NewInvitationAnswer>('POST', '/api/invitations', { email, role });
  const browser = openBrowser(app.url);
  const joined = await browser.call('POST', '/api/invitations/accept', {
    token: tokenIn(invited.link),
    name,
    password: PASSWORD,
  });
  if (joined.status !== 201) throw new Error(`not joined: ${JSON.stringify(joined.body)}`);
  return personOf(browser, email);
}

export function tokenIn(link: string): string {
  return new URL(link).searchParams.get('token') ?? '';
}

export function newAddress(name: string): string {
  made += 1;
  return `${name.toLowerCase()}${made}@example.com`;
}

async function personOf(browser: Browser, email: string): Promise<Person> {
  const { body } = await browser.call<{ person: { id: string } }>('GET', '/api/me');
  return Object.assign(browser, { id: body.person.id, email });
}

function keep(cookies: Map<string, string>, header: string): void {
  const [pair = '', ...attributes] = header.split(';');
  const end = pair.indexOf('=');
  const name = pair.slice(0, end);
  const isOver = attributes.some((each) => /^\s*max-age=0$/i.test(each));
  if (isOver) cookies.delete(name);
  else cookies.set(name, pair.slice(end + 1));
}

/** What the telephone shows for a secret, `steps` periods from now. */
export function codeOf(uri: string, now: number, steps = 0): string {
  const secret = fromBase32(new URL(uri).searchParams.get('secret') ?? '');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000) + steps));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, '0');
}

function fromBase32(text: string): Buffer {
  const bits = [...text.replaceAll('=', '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
