import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EventStream } from './event-stream.ts';

test('an event is written as it is put, with its id', async () => {
  const stream = new EventStream(2_000).setEncoding('utf8');
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  stream.put('now', '{"n":1}', '7');
  stream.put('changed', '{}');
  await turn();
  expect(stream.ping()).toBe(0);
  await turn();
  expect(text).toBe(
    'retry: 2000\n\nid: 7\nevent: now\ndata: {"n":1}\n\nevent: changed\ndata: {}\n\n: ping\n\n',
  );
});

test('a reader who stands still gets the latest of each event when he goes on, and costs no more than that', async () => {
  const stream = new EventStream(2_000).setEncoding('utf8');
  const large = 'x'.repeat(40_000);
  for (let n = 0; n < 100; n += 1) {
    stream.put('now', `${large}${n}`);
    await turn();
  }
  // One that is written and one that is next, of a hundred.
  expect(stream.readableLength).toBeLessThan(100_000);
  for (let missed = 1; missed <= 4; missed += 1) expect(stream.ping()).toBe(missed);
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  while (!text.includes(`${large}99`)) await turn();
  expect(text.split('event: now').length - 1).toBeLessThanOrEqual(3);
  expect(stream.ping()).toBe(0);
});

test('what is put after the end is nobody’s', async () => {
  const stream = new EventStream(2_000);
  stream.end();
  stream.put('now', '1');
  stream.end();
  expect(stream.ping()).toBe(0);
  stream.resume();
  await new Promise((resolve) => stream.once('end', resolve));
});
