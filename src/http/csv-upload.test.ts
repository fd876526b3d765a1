/** Slow lines and stalled ones. */
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { leapingClock } from '../../test/leaping-clock.ts';
import { until } from '../../test/until.ts';
import { exchange, KEY, startServer } from './testing.ts';

const head = (target: string, type: string, length: number) =>
  [
    `POST ${target} HTTP/1.1`,
    'Host: test',
    `Authorization: ${KEY}`,
    `Content-Type: ${type}`,
    `Content-Length: ${length}`,
    '',
    '',
  ].join('\r\n');

const UPLOADS = {
  'text/csv': 'phone\n+1202',
  'multipart/form-data; boundary=b':
    '--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\nphone\n+1202',
};

test('a file may take longer than other bodies', async () => {
  const { port } = await startServer({ config: { bodyTimeoutMs: 500 } });
  const begin = 'phone\n';
  const end = '+12025550100';
  const target = '/api/leads/import?preview=true';
  const socket = connect(port, '127.0.0.1', () =>
    socket.write(head(target, 'text/csv', begin.length + end.length) + begin),
  );
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString();
  });
  // Another one that began later than the file is over before.
  for (let n = 0; n < 2; n += 1) {
    const late = await exchange(port, `${head('/api/messages', 'application/json', 100)}{`);
    expect(late).toMatch(/^HTTP\/1.1 408 /);
  }
  expect(answer).toBe('');
  socket.write(end);
  await until('it is answered', () => answer.includes('+12025550100'));
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
  socket.destroy();
});

test.each(Object.entries(UPLOADS))(
  'a file as %s that stalls for two minutes is 408, and its line is closed',
  async (type, part) => {
    const clock = leapingClock();
    const { port } = await startServer({ clock });
    const stalled = exchange(port, head('/api/leads/import', type, 1_000) + part);
    let answer: string | null = null;
    void stalled.then((text) => {
      answer = text;
    });
    await until('it is answered, and the line closed', () => {
      clock.leap(120_001);
      return answer !== null;
    });
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('"code":"TIMEOUT"');
  },
);

test('a file that is too large is read to its end, so that its connection goes on', async () => {
  const { port } = await startServer({ actions: { listLines: async () => ({ lines: [] }) } });
  const chunk = `${(1_000_000).toString(16)}\r\n${'x'.repeat(1_000_000)}\r\n`;
  const upload = head('/api/leads/import', 'text/csv', 0).replace(
    'Content-Length: 0',
    'Transfer-Encoding: chunked',
  );
  const next = [
    'GET /api/lines HTTP/1.1',
    'Host: test',
    `Authorization: ${KEY}`,
    'Connection: close',
    '',
    '',
  ];
  const answers = await exchange(port, `${upload}${chunk.repeat(12)}0\r\n\r\n${next.join('\r\n')}`);
  expect([...answers.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual(['413', '200']);
});

test('whoever was answered amid the file may send on for a while, and not forever', async () => {
  const clock = leapingClock();
  const { port } = await startServer({ clock, config: { bodyTimeoutMs: 300_000 } });
  let closed = false;
  const told = exchange(port, `${head('/api/leads/import', 'text/csv', 100_000_000)}phone`);
  void told.then(() => {
    closed = true;
  });
  await until('the line is closed', () => {
    clock.leap(300_001);
    return closed;
  });
  expect(await told).toMatch(/^HTTP\/1.1 413 /);
});

test.each(Object.entries(UPLOADS))('a file as %s that breaks off reaches no action', async (type, part) => {
  const { port } = await startServer({});
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1' }, () =>
      socket.end(head('/api/leads/import', type, 1_000) + part),
    );
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
});
