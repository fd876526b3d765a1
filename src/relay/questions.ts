/** Everything that is asked of the device beside sends. Asked twice, it is answered twice, and done once. */
import type { Answers, RelayWork } from '../domain/relay-work.ts';
import type { Clock } from '../lib/clock.ts';
import { never } from '../lib/invariant.ts';
import { createLimiter } from '../lib/limiter.ts';
import type { Log } from '../lib/log.ts';
import type { Driver } from './driver.ts';
import type { RelayFiles } from './files.ts';
import { fitAnswer } from './fit.ts';
import type { Outbox } from './outbox.ts';
import type { Sender } from './sender.ts';

export interface QuestionsOptions {
  driver: Driver;
  sender: Pick<Sender, 'find'>;
  files: Pick<RelayFiles, 'bringUp'>;
  outbox: Outbox;
  clock: Clock;
  log: Log;
  stopping: AbortSignal;
}

export type Question = Exclude<RelayWork, { kind: 'send' }>;
type Answer = Answers[Question['kind']];

export interface Questions {
  ask(jobId: string, question: Question): void;
  acknowledged(jobId: string): void;
  /** Being worked on, or answered and not heard. */
  waiting(): string[];
}

const AT_ONCE = 4;
/** Bytes of one attachment. */
const FETCH_MS = 110_000;
/** Answers that were heard are remembered for a late second asking. */
const REMEMBERED = 200;

export function createQuestions(options: QuestionsOptions): Questions {
  const { driver, sender, files, outbox, clock, log, stopping } = options;
  const limit = createLimiter(AT_ONCE);
  const underWay = new Set<string>();
  const answered = new Map<string, Answer>();

  return {
    ask(jobId, question) {
      const before = answered.get(jobId);
      if (before !== undefined) return say(jobId, before);
      if (underWay.has(jobId) || stopping.aborted) return;
      underWay.add(jobId);
      void limit(async () => {
        const answer = await work(jobId, question).catch((error: Error) => {
          log.warn({ err: error, jobId, kind: question.kind }, 'a question could not be answered');
          return failed(question, error.message);
        });
        underWay.delete(jobId);
        answered.set(jobId, answer);
        const [oldest] = answered.keys();
        if (answered.size > REMEMBERED && oldest !== undefined) answered.delete(oldest);
        say(jobId, answer);
      });
    },
    acknowledged: (jobId) => outbox.remove(keyOf(jobId)),
    waiting: () => [...underWay],
  };

  function say(jobId: string, answer: Answer): void {
    outbox.add(keyOf(jobId), () => ({ type: 'result', jobId, fence: null, answer: fitAnswer(answer) }));
  }

  async function work(jobId: string, question: Question): Promise<Answer> {
    switch (question.kind) {
      case 'find':
        return sender.find(question);
      case 'check':
        return driver.check(question.address);
      case 'fetch': {
        const over = new AbortController();
        void clock.sleep(FETCH_MS, over.signal).then(() => over.abort());
        try {
          const bytes = await driver.openAttachment(question.source, over.signal);
          return await files.bringUp(jobId, bytes, over.signal);
        } finally {
          over.abort();
        }
      }
      case 'react':
        if (driver.react === undefined) return cannot('tapbacks');
        return driver.react(question.message, question.reaction, question.isRemoved);
      case 'typing':
        if (driver.showTyping === undefined) return cannot('typing signs');
        return driver.showTyping(question.to, question.isTyping);
      default:
        return never(question, 'question');
    }
  }

  function cannot(what: string): Answer {
    return { done: false, message: `The driver ${driver.name} knows no ${what}` };
  }
}

function failed({ kind }: Question, words: string): Answer {
  const message = `The device could not do it: ${words}`;
  switch (kind) {
    case 'find':
      return { finding: 'undecided', message, final: false };
    case 'check':
      return { availability: 'error', message };
    case 'fetch':
      return { fetched: false, message };
    case 'react':
    case 'typing':
      return { done: false, message };
  }
}

function keyOf(jobId: string): string {
  return `answer ${jobId}`;
}
