/**
 * The agent on a Mac: what a server asks of it over the link is done by the driver, what happens on the device is told to
 * the server. It owns the order of things and the journal; it knows nothing of Messages, and the driver nothing of servers.
 */
import { RELAY_PROTOCOL, type SelfTest, type ServerEnvelope } from '../contract/lines/relay.ts';
import type { Clock } from '../lib/clock.ts';
import { createIds } from '../lib/ids.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import type { Driver } from './driver.ts';
import { openRelayFiles } from './files.ts';
import { fitSelfTest } from './fit.ts';
import { openJournal } from './journal.ts';
import { type Link, openLink } from './link.ts';
import { startNewsPump } from './news-pump.ts';
import { createOutbox } from './outbox.ts';
import { createQuestions } from './questions.ts';
import { type Checkpoint, createSender } from './sender.ts';
import { createServerCalls } from './server-calls.ts';

export interface AgentOptions {
  server: string;
  token: string;
  /** Of this Mac, for people. */
  name: string;
  /** Of this program. */
  version: string;
  dataDir: string;
  driver: Driver;
  clock: Clock;
  random: Random;
  log: Log;
  checkpoint?: Checkpoint;
  /** Between two tries to reach the server. */
  longestWaitMs?: number;
}

export interface AgentStatus {
  link: 'websocket' | 'poll' | 'none';
  server: string;
  driver: string;
  selfTest: SelfTest | null;
  /** Taken and not settled, or settled and not heard by the server. */
  openJobs: number;
}

export interface Agent {
  status(): AgentStatus;
  /** The server wants nothing of it any more (a sentence), or it failed (throws). Never resolves while all is well. */
  ended: Promise<string>;
  /** What is being sent is sent, and told to the server where that is in reach. */
  stop(): Promise<void>;
}

const SAY_AGAIN_MS = 10_000;
const SELF_TEST_EVERY_MS = 300_000;
/** For the server to hear the last answers. */
const LAST_WORDS_MS = 5_000;

export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { server, token, dataDir, driver, clock, random, log } = options;
  const ids = createIds(clock, random);
  const journal = await openJournal(dataDir, clock);
  const calls = createServerCalls(server, token);
  const files = await openRelayFiles({ dataDir, calls, clock, log });
  const stopping = new AbortController();
  let link: Link | null = null;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Whoever waits for `ended` hears of it; if nobody does yet, it is no unhandled one.
  failed.catch(() => {});

  const outbox = createOutbox((envelope) => link?.say(envelope));
  const sender = createSender({
    driver,
    journal,
    outbox,
    files,
    clock,
    log,
    newFence: () => `${ids()}${random.uint32().toString(16)}`,
    checkpoint: options.checkpoint ?? (() => {}),
    onFailure: fail,
  });
  const questions = createQuestions({
    driver,
    sender,
    files,
    outbox,
    clock,
    log,
    stopping: stopping.signal,
  });
  let selfTest = await testItself();
  await sender.recover();
  const pump = startNewsPump({ driver, journal, outbox, clock, ids, log, onFailure: fail });

  link = openLink({
    server,
    token,
    calls,
    clock,
    random,
    log,
    onOpen() {
      link?.say({
        type: 'hello',
        protocol: RELAY_PROTOCOL,
        agent: options.version,
        driver: driver.name,
        name: options.name.slice(0, 200),
        selfTest,
      });
      sayAgain();
    },
    onEnvelope: hear,
    waiting: () => [...sender.waiting(), ...questions.waiting()],
    ...(options.longestWaitMs === undefined ? {} : { longestWaitMs: options.longestWaitMs }),
  });
  const refused = link.refused;
  const beats = [beat(SAY_AGAIN_MS, async () => sayAgain()), beat(SELF_TEST_EVERY_MS, renewSelfTest)];

  return {
    status: () => ({
      link: link?.kind() ?? 'none',
      server,
      driver: driver.name,
      selfTest,
      openJobs: journal
        .entries()
        .filter(({ state, isReported }) => state !== 'dropped' && !(state === 'settled' && isReported))
        .length,
    }),
    ended: Promise.race([refused, failed]),
    async stop() {
      if (stopping.signal.aborted) return;
      stopping.abort();
      await sender.stop();
      await pump.stop();
      await lastWords();
      await link?.close([{ type: 'bye' }]);
      await Promise.all(beats);
      await driver.close();
      await journal.close();
    },
  };

  function hear(envelope: ServerEnvelope): void {
    switch (envelope.type) {
      case 'welcome':
        return;
      case 'job':
        if (envelope.work.kind === 'send') sender.offer(envelope.id, envelope.work);
        else questions.ask(envelope.id, envelope.work);
        return;
      case 'grant':
        sender.granted(envelope);
        return;
      case 'void':
        sender.voided(envelope.jobId);
        return;
      case 'ack':
        if (envelope.of === 'news') pump.acknowledged(envelope.id);
        else if (envelope.of === 'self-test') outbox.remove('self-test');
        else {
          questions.acknowledged(envelope.id);
          sender.acknowledged(envelope.id).catch(fail);
        }
        return;
      case 'refused':
        log.warn({ code: envelope.code, why: envelope.message }, 'the server refused an envelope');
        return;
    }
  }

  function sayAgain(): void {
    for (const envelope of outbox.all()) link?.say(envelope);
  }

  async function beat(everyMs: number, work: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(everyMs, stopping.signal);
      if (!stopping.signal.aborted) await work();
    }
  }

  async function testItself(): Promise<SelfTest> {
    try {
      return fitSelfTest(await driver.selfTest());
    } catch (error) {
      log.error({ err: error }, 'the self-test failed');
      const message = `The self-test failed: ${(error as Error).message}`;
      return fitSelfTest({ ok: false, checks: [{ check: 'self-test', ok: false, message }], versions: {} });
    }
  }

  async function renewSelfTest(): Promise<void> {
    const before = JSON.stringify(selfTest);
    selfTest = await testItself();
    const told = selfTest;
    if (JSON.stringify(told) !== before)
      outbox.add('self-test', () => ({ type: 'self-test', selfTest: told }));
  }

  async function lastWords(): Promise<void> {
    const until = clock.now() + LAST_WORDS_MS;
    while (outbox.all().length > 0 && link?.kind() !== 'none' && clock.now() < until) await clock.sleep(20);
  }
}
