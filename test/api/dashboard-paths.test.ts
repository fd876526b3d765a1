/** Addresses that nobody types, sent as they are: no file but those of the dashboard is ever answered. */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApp, type TestApp } from '../harness.ts';

let app: TestApp;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
afterAll(() => app.close());

/** The bytes of a request line, not what a client would make of them. */
function ask(target: string, more = ''): Promise<string> {
  const { port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(`GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${more}\r\n`, 'latin1');
    });
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

test.each([
  '/../package.json',
  '/assets/../../package.json',
  '/%2e%2e/package.json',
  '/%2e%2e%2fpackage.json',
  '/assets/%2e%2e/%2e%2e/package.json',
  '/..%5cpackage.json',
  '/..\\package.json',
  '//etc/passwd',
  '///package.json',
  '/./index.html',
  '/index.html%00.js',
  '/%00',
  '/__proto__',
  '/constructor',
  '/hasOwnProperty',
  '/Messages',
  '/messages.js',
  '/%6dessages',
])('%j is not there', async (target) => {
  const answer = await ask(target);
  expect(statusOf(answer)).toBe(404);
  expect(answer).toContain('"code":"NOT_FOUND"');
  expect(answer).not.toContain('"dependencies"');
  expect(answer).not.toContain('root:');
});

test('an address of 8,000 characters is not there, and one that is longer than any head may be is refused', async () => {
  expect(statusOf(await ask(`/${'a'.repeat(8_000)}`))).toBe(404);
  expect(statusOf(await ask(`/${'a'.repeat(40_000)}`))).toBe(431);
});

test.each(['/%', '/%zz', '/assets/%c0%ae%c0%ae/package.json'])(
  '%j can’t be read, and is no page',
  async (target) => {
    const answer = await ask(target);
    expect([400, 404]).toContain(statusOf(answer));
    expect(answer).toMatch(/content-type: application\/json/i);
  },
);

test('what lies beneath a page is that page alone, however it is written', async () => {
  const plain = await ask('/messages');
  for (const target of [
    '/messages/../../package.json',
    '/messages/%2e%2e/%2e%2e/package.json',
    '/leads//etc',
  ])
    expect([target, statusOf(await ask(target))]).toEqual([target, 200]);
  for (const target of ['/messages/../../package.json', '/leads/%00', '/join?token=%0d%0aset-cookie:a=b']) {
    const answer = await ask(target);
    expect(answer).toMatch(/content-type: text\/html/i);
    expect(answer).not.toContain('"dependencies"');
    expect(answer).not.toMatch(/^set-cookie/im);
    // Nothing of the address is in it: the page is the same.
    expect(pageOf(answer)).toBe(pageOf(plain));
  }
});

test('a page names no server: whatever the Host header says is neither repeated nor led to', async () => {
  for (const target of ['/', '/sign-in?next=//evil.example', '/join?token=x']) {
    const answer = await ask(target, 'x-forwarded-host: evil.example\r\nx-forwarded-proto: https\r\n');
    expect([target, statusOf(answer)]).toEqual([target, 200]);
    expect(answer).not.toContain('evil.example');
    expect(answer).not.toMatch(/^location:/im);
    expect(answer).toMatch(/^cache-control: no-store/im);
    expect(answer).toMatch(/^content-security-policy: .*frame-ancestors 'none'/im);
  }
});

test('a correlation id that is none is not repeated, so that nothing can be written into an answer’s head', async () => {
  for (const id of ['a\tb', 'x'.repeat(1_000), 'ü', ' ']) {
    const answer = await ask('/api/me', `x-correlation-id: ${id}\r\n`);
    expect(statusOf(answer)).toBe(401);
    expect(/^x-correlation-id: (.*)\r$/im.exec(answer)?.[1]).toMatch(/^app_[0-9a-f]+$/);
  }
});

function pageOf(answer: string): string {
  const body = answer.slice(answer.indexOf('\r\n\r\n'));
  return body.replace(/content="[^"]{20,}"|^[0-9a-f]+\r$/gm, '');
}
