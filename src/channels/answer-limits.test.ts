import { expect, test } from 'vitest';
import type { Clock } from '../lib/clock.ts';
import { withAnswerLimits } from './answer-limits.ts';
import type { Channel, ChannelLine } from './channel.ts';

const LINE = {} as ChannelLine;
const never = () => new Promise<never>(() => {});

/** Notes for how long somebody would have slept, and sleeps no longer. */
function hastyClock(slept: number[]): Clock {
  return {
    now: () => 0,
    sleep: async (ms) => {
      slept.push(ms);
    },
  };
}
/** Nobody wakes before they are told to. */
const STILL: Clock = {
  now: () => 0,
  sleep: (_ms, signal) => new Promise((resolve) => void signal?.addEventListener('abort', () => resolve())),
};

function channelThat(answers: Partial<Channel>): Channel {
  return {
    sendTimeoutMs: 20_000,
    send: never,
    reconcile: never,
    checkAvailability: never,
    checkHealth: never,
    validateConfig: () => null,
    close: async () => {},
    ...answers,
  };
}

test('a carrier that hangs counts as unhealthy, undecided and failing, never as an answer', async () => {
  const slept: number[] = [];
  const channel = withAnswerLimits(channelThat({}), hastyClock(slept));
  const message = 'It did not answer in time';
  expect(await channel.checkHealth(LINE)).toEqual({ healthy: false, message });
  expect(await channel.reconcile(LINE, 'm')).toEqual({ finding: 'undecided', message, final: false });
  expect(await channel.checkAvailability(LINE, '+1')).toEqual({ availability: 'error', message });
  expect(slept).toEqual([20_000, 20_000, 20_000]);
});

test('half a minute is enough for any question, however long a send may take', async () => {
  const slept: number[] = [];
  await withAnswerLimits(channelThat({ sendTimeoutMs: 120_000 }), hastyClock(slept)).checkHealth(LINE);
  expect(slept).toEqual([30_000]);
});

test('an answer in time is passed on as it is, and so is a failure', async () => {
  const broken = new Error('The channel broke');
  const channel = withAnswerLimits(
    channelThat({
      checkHealth: async () => ({ healthy: true }),
      reconcile: () => {
        throw broken;
      },
      checkAvailability: async () => ({ availability: 'unavailable' }),
    }),
    STILL,
  );
  expect(await channel.checkHealth(LINE)).toEqual({ healthy: true });
  expect(await channel.checkAvailability(LINE, '+1')).toEqual({ availability: 'unavailable' });
  await expect(channel.reconcile(LINE, 'm')).rejects.toBe(broken);
});

test('whoever still waits when the channel is closed waits no longer', async () => {
  const channel = withAnswerLimits(channelThat({}), STILL);
  const asking = channel.checkHealth(LINE);
  await channel.close();
  expect(await asking).toMatchObject({ healthy: false });
});
