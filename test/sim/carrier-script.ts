/** What carriers do, drawn from the seed: how each send ends, how long everything takes, what comes back later. */
import type { Outcome } from '../../src/channels/channel.ts';
import type { MessageType } from '../../src/domain/words.ts';
import type { Chance } from './chance.ts';

/** How a carrier takes one message. All times in ms. */
export interface SendScript {
  /** On the wire: until then the carrier knows nothing, and a sender that dies takes it along. */
  wireMs: number;
  /** From there until a copy is with the recipient; null: none ever is. */
  landsMs: number | null;
  /** From the call until the answer. */
  answersMs: number;
  answer: Outcome | 'throws';
}

export interface Echo {
  kind: 'delivered' | 'read' | 'bounced' | 'reply';
  afterMs: number;
  text: string;
}

/** Longest a send takes; what takes longer is given up as unknown. */
export const SEND_TIMEOUT_MS = 30_000;

export const WEATHERS = ['fair', 'changeable', 'storm'] as const;
export type Weather = (typeof WEATHERS)[number];

const ENDINGS = [
  'accepted',
  'slow',
  'transient',
  'permanent',
  'addressBad',
  'notOnChannel',
  'lostThoughSent',
  'lostUnsent',
  'throwsThoughSent',
  'throwsUnsent',
  'silence',
] as const;
type Ending = (typeof ENDINGS)[number];

const CHANCES: Readonly<Record<Weather, Readonly<Record<Ending, number>>>> = {
  fair: {
    accepted: 88,
    slow: 4,
    transient: 2,
    permanent: 1,
    addressBad: 1,
    notOnChannel: 1,
    lostThoughSent: 1,
    lostUnsent: 1,
    throwsThoughSent: 0.3,
    throwsUnsent: 0.3,
    silence: 0.4,
  },
  changeable: {
    accepted: 60,
    slow: 9,
    transient: 9,
    permanent: 3,
    addressBad: 3,
    notOnChannel: 3,
    lostThoughSent: 4,
    lostUnsent: 4,
    throwsThoughSent: 1,
    throwsUnsent: 1,
    silence: 3,
  },
  storm: {
    accepted: 25,
    slow: 15,
    transient: 18,
    permanent: 3,
    addressBad: 4,
    notOnChannel: 4,
    lostThoughSent: 9,
    lostUnsent: 9,
    throwsThoughSent: 3,
    throwsUnsent: 3,
    silence: 7,
  },
};

const LOST: Outcome = { outcome: 'unknown', message: 'The connection was lost before the answer' };
const NOT_THERE: Outcome = { outcome: 'not_on_channel', message: 'Nobody by this address' };

export interface Recipient {
  onChannel: boolean;
  lineIsSick: boolean;
}

export function scriptSend(
  chance: Chance,
  weather: Weather,
  messageType: MessageType,
  recipient: Recipient,
): SendScript {
  const wireMs = chance.maybe(0.1) ? chance.between(1_000, 12_000) : chance.between(0, 300);
  const unsent = (
    answer: SendScript['answer'],
    answersMs = wireMs + chance.between(50, 3_000),
  ): SendScript => ({
    wireMs,
    landsMs: null,
    answersMs,
    answer,
  });
  const sent = (answer: SendScript['answer'], answersMs: number): SendScript => ({
    wireMs,
    // What is acknowledged is there.
    landsMs: chance.between(0, answersMs - wireMs - 1),
    answersMs,
    answer,
  });
  const soon = wireMs + chance.between(100, 3_000);
  const late = Math.min(SEND_TIMEOUT_MS, wireMs + chance.between(5_000, 28_000));
  if (recipient.lineIsSick) {
    return chance.maybe(0.7) ? unsent(refusal('line_down', false, { lineBad: true })) : unsent(LOST, late);
  }
  if (!recipient.onChannel) {
    return unsent(
      messageType === 'imessage' ? NOT_THERE : refusal('no_such_number', true, { addressBad: true }),
    );
  }
  switch (chance.weighted(CHANCES[weather])) {
    case 'accepted':
      return sent(accepted(chance), soon);
    case 'slow':
      return sent(accepted(chance), late);
    case 'transient':
      return unsent(refusal('busy', false));
    case 'permanent':
      return unsent(refusal('content', true));
    case 'addressBad':
      return unsent(refusal('bad_number', true, { addressBad: true }));
    case 'notOnChannel':
      return unsent(NOT_THERE);
    case 'lostThoughSent':
      return sent(LOST, soon);
    case 'lostUnsent':
      return unsent(LOST);
    case 'throwsThoughSent':
      return sent('throws', soon);
    case 'throwsUnsent':
      return unsent('throws');
    case 'silence':
      return chance.maybe(0.5) ? sent(LOST, SEND_TIMEOUT_MS) : unsent(LOST, SEND_TIMEOUT_MS);
  }
}

function accepted(chance: Chance): Outcome {
  return {
    outcome: 'accepted',
    externalMessageId: chance.maybe(0.9) ? `carrier-${chance.seed().toString(16)}` : null,
  };
}

function refusal(
  code: string,
  permanent: boolean,
  more: { addressBad?: boolean; lineBad?: boolean } = {},
): Outcome {
  return { outcome: 'rejected', permanent, code, message: `The carrier refused it: ${code}`, ...more };
}

const REPLIES = ["Yes, I'm interested!", 'Who is this?', 'Hello', 'ok', 'later', 'STOP', 'START'] as const;

/** What a copy brings back: late, twice, in any order, now and then before the send's own answer. */
export function scriptEchoes(chance: Chance, messageType: MessageType): Echo[] {
  const echoes: Echo[] = [];
  const add = (kind: Echo['kind'], afterMs: number, text = '') => {
    echoes.push({ kind, afterMs, text });
    if (chance.maybe(0.08)) echoes.push({ kind, afterMs: afterMs + chance.spread(1, 600_000), text });
  };
  const delay = () => (chance.maybe(0.12) ? chance.spread(60_000, 8 * 3_600_000) : chance.between(0, 5_000));
  if (messageType === 'email') {
    if (chance.maybe(0.08)) add('bounced', delay());
  } else if (chance.maybe(0.8)) {
    add('delivered', delay());
  } else if (chance.maybe(0.1)) {
    add('bounced', delay());
  }
  if (messageType === 'imessage' && chance.maybe(0.4)) add('read', delay() + (chance.maybe(0.8) ? 5_000 : 0));
  if (chance.maybe(0.15)) add('reply', chance.spread(2_000, 4 * 3_600_000), chance.pick(REPLIES));
  return echoes;
}

export interface CheckScript {
  afterMs: number;
  fails: boolean;
  /** Whom the check is about opts out meanwhile; null: does not. */
  optsOutAfterMs: number | null;
}

const CHECKS_FAIL: Readonly<Record<Weather, number>> = { fair: 0.005, changeable: 0.02, storm: 0.06 };

export function scriptCheck(chance: Chance, weather: Weather): CheckScript {
  const isSlow = chance.maybe(0.08);
  const afterMs = isSlow ? chance.between(5_000, 20_000) : chance.between(50, 2_000);
  return {
    afterMs,
    fails: chance.maybe(CHECKS_FAIL[weather]),
    optsOutAfterMs: isSlow && chance.maybe(0.2) ? chance.between(0, afterMs) : null,
  };
}
