/** What must hold after a run, rule by rule. Pure: facts in, violations out, so that a test can show each rule biting. */
import { isSettled, LIFECYCLE } from '../../src/domain/lifecycle.ts';
import type { MessageStatus } from '../../src/domain/words.ts';
import { afterItsStop, lostOnTheWay, stepsOnce } from './campaign-rules.ts';
import type { Promised } from './campaigns.ts';
import type { CopyFact, EventFact, Evidence, LineFact, MessageFact } from './evidence.ts';
import type { Asked } from './traffic.ts';

export interface Claims {
  asked: readonly Asked[];
  /** Answers that were neither 200 nor 201, by status. */
  refusals: ReadonlyMap<number, number>;
  /** Ways through campaigns. */
  promised: readonly Promised[];
  /** Processes that ended by themselves, and calls that were refused, in words. */
  defects: readonly string[];
}

export type Rule = keyof typeof RULES;

export interface Violation {
  rule: Rule;
  sentence: string;
  messageId: string | null;
}

interface Case {
  evidence: Evidence;
  claims: Claims;
  messages: ReadonlyMap<string, MessageFact>;
  /** By message, without those that were taken back. */
  copies: ReadonlyMap<string, CopyFact[]>;
  /** Messages of which a copy was taken back. */
  undone: ReadonlySet<string>;
  events: ReadonlyMap<string, EventFact[]>;
  fallbacks: ReadonlyMap<string | null, MessageFact[]>;
  /** Lines whose phones are simulated: all their receipts are told at once. */
  simulated: ReadonlySet<string>;
}

type Finding = [sentence: string, messageId?: string | undefined];

/** Never gets a receipt. */
const SILENT = '+12025550107';
/** Refusals a client must expect while processes and connections are being killed. */
const HONEST_REFUSALS: readonly number[] = [409, 503];

export function judge(evidence: Evidence, claims: Claims): Violation[] {
  const facts: Case = {
    evidence,
    claims,
    messages: new Map(evidence.messages.map((message) => [message.id, message])),
    copies: Map.groupBy(
      evidence.copies.filter(({ isUndone }) => !isUndone),
      (copy) => copy.reference,
    ),
    undone: new Set(evidence.copies.filter(({ isUndone }) => isUndone).map(({ reference }) => reference)),
    events: Map.groupBy(evidence.events, (event) => event.messageId),
    fallbacks: Map.groupBy(evidence.messages, (message) => message.fallbackOf),
    simulated: new Set(evidence.lines.filter(isSimulated).map(({ id }) => id)),
  };
  return Object.entries(RULES).flatMap(([rule, find]) =>
    [...find(facts)].map(
      ([sentence, messageId]): Violation => ({ rule: rule as Rule, sentence, messageId: messageId ?? null }),
    ),
  );
}

const RULES = {
  /** Every acknowledged message exists. */
  *lost({ claims, messages }: Case): Generator<Finding> {
    for (const { acknowledged, text } of claims.asked) {
      for (const id of new Set(acknowledged)) {
        if (messages.get(id)?.text !== text) yield [`${id} was acknowledged and does not exist`, id];
      }
    }
  },

  /** One request makes one message, however often it is asked. */
  *made_twice({ claims, evidence }: Case): Generator<Finding> {
    const made = Map.groupBy(
      evidence.messages.filter((message) => message.fallbackOf === null),
      (message) => message.text,
    );
    for (const { text, acknowledged, key } of claims.asked) {
      const messages = made.get(text) ?? [];
      if (messages.length > 1) yield [`"${text}" was stored ${messages.length} times`, messages[0]?.id];
      if (new Set(acknowledged).size > 1)
        yield [`the key ${key} was answered with ${acknowledged}`, acknowledged[0]];
    }
  },

  /** Nobody receives a message twice. */
  *duplicated({ copies }: Case): Generator<Finding> {
    for (const [reference, of] of copies) {
      if (of.length > 1) yield [`${of.length} copies of ${reference} arrived`, reference];
    }
  },

  /** Whatever arrived is a message of ours. */
  *strange({ copies, messages }: Case): Generator<Finding> {
    for (const reference of copies.keys()) {
      if (!messages.has(reference)) yield [`a copy of ${reference} arrived, which is not stored`];
    }
  },

  /** Nobody receives two SMS for one original (D24). */
  *two_sms({ fallbacks, copies }: Case): Generator<Finding> {
    for (const [original, messages] of fallbacks) {
      const received = messages.flatMap((message) => copies.get(message.id) ?? []).length;
      if (original !== null && Math.max(messages.length, received) > 1) {
        yield [`${original} has ${messages.length} fallback SMS, ${received} arrived`, original];
      }
    }
  },

  *unsettled({ evidence }: Case): Generator<Finding> {
    for (const { id, status, unfinished } of evidence.messages) {
      if (!isSettled(status)) yield [`${id} is still ${status}`, id];
      else if (unfinished) yield [`${id} is ${status} and still leased or asked for`, id];
    }
  },

  /** What is said of a message is what happened to it. */
  *outcome({ evidence, copies, undone, fallbacks, simulated }: Case): Generator<Finding> {
    for (const message of evidence.messages) {
      const { id, status, reason, fallbackSmsDispatched } = message;
      const arrived = copies.get(id)?.length ?? 0;
      const mayBoth = status === 'failed' && (reason === 'outcome_unknown' || reason === 'bounced');
      const hasLeft = status === 'sent' || status === 'delivered';
      // Taken, and taken back before we heard of it.
      const isTold = arrived > 0 === hasLeft || (hasLeft && undone.has(id));
      if (isSettled(status) && !mayBoth && !isTold) {
        yield [`${id} is ${status} (${reason}) and ${arrived} copies arrived`, id];
      }
      if (status === 'sent' && simulated.has(message.lineId) && message.recipient !== SILENT)
        yield [`the receipt of ${id} was lost`, id];
      if (fallbackSmsDispatched !== fallbacks.has(id)) {
        yield [`${id} says fallbackSmsDispatched ${fallbackSmsDispatched}, which is not so`, id];
      }
    }
  },

  /** The events of a message, played from the first, end at its present state: one for each transition, none twice. */
  *replay({ evidence, events }: Case): Generator<Finding> {
    for (const { id, status, attempt } of evidence.messages) {
      const [first, ...rest] = events.get(id) ?? [];
      let current = first?.data.status;
      let leases = 0;
      for (const { type, data } of rest) {
        // To another line: its `from` is a line, and its state stays.
        if (type === 'message.moved') continue;
        if (data.from === undefined || data.status === undefined || data.from !== current) {
          yield [`${id} was ${current} when ${type} led it from ${data.from} to ${data.status}`, id];
        } else if (!isTransition(data.from, data.status, type)) {
          yield [`${id}: ${type} must not lead from ${data.from} to ${data.status}`, id];
        }
        if (type === 'message.sending') leases += 1;
        if (data.attempt !== undefined && data.attempt !== leases) {
          yield [`${id}: ${type} belongs to attempt ${data.attempt}, after ${leases} leases`, id];
        }
        current = data.status;
      }
      if (current !== status) yield [`${id} is ${status}, its events end at ${current}`, id];
      if (leases !== attempt) yield [`${id} made ${attempt} attempts, its events tell of ${leases}`, id];
    }
  },

  /** What a line counted is what left from it (D15, D17). */
  *counters({ evidence, messages, undone }: Case): Generator<Finding> {
    for (const line of evidence.lines) {
      const copies = evidence.copies.filter((copy) => copy.lineId === line.id && !copy.isUndone);
      // A run over midnight has emptied the counters in between.
      if (copies.some((copy) => copy.day !== line.usageDay)) continue;
      // Those might have left, or did and were taken back: their reservation is kept.
      const isTakenBack = ({ id, status, reason }: MessageFact) =>
        undone.has(id) && (status === 'sent' || reason === 'bounced');
      const unclear = evidence.messages.filter(
        (each) => each.lineId === line.id && (each.reason === 'outcome_unknown' || isTakenBack(each)),
      );
      const left = new Set([...copies.map((copy) => copy.reference), ...unclear.map(({ id }) => id)]);
      if (line.totalMessages !== left.size) {
        yield [`line ${line.id} counted ${line.totalMessages} messages, ${left.size} left`];
      }
      const leads = new Set([...left].map((id) => messages.get(id)?.leadId));
      if (line.newConversations !== leads.size) {
        yield [
          `line ${line.id} counted ${line.newConversations} new conversations, wrote to ${leads.size} leads`,
        ];
      }
      const touched = evidence.touches.filter((touch) => touch.lineId === line.id);
      for (const { leadId, messageId } of touched) {
        if (!leads.has(leadId)) yield [`line ${line.id} never wrote to ${leadId}`, messageId];
      }
      if (touched.length < leads.size)
        yield [`line ${line.id} forgot ${leads.size - touched.length} of its leads`];
    }
  },

  /** What left from one device took its turns a gap apart, and nothing arrived before its turn. */
  *gaps({ evidence, events }: Case): Generator<Finding> {
    const turnOf = ({ reference, attempt }: CopyFact) =>
      events.get(reference)?.find(({ type, data }) => type === 'message.sending' && data.attempt === attempt)
        ?.at;
    const paced = evidence.lines.filter((line) => line.gapMs > 0);
    for (const [deviceId, lines] of Map.groupBy(paced, (line) => line.deviceId)) {
      const gapMs = lines[0]?.gapMs ?? 0;
      const turns = evidence.copies
        .filter((copy) => lines.some(({ id }) => id === copy.lineId))
        .map((copy) => ({ ...copy, at: turnOf(copy) ?? Number.NaN }))
        .sort((a, b) => a.at - b.at);
      for (const [n, { at, receivedAt, reference }] of turns.entries()) {
        const after = at - (turns[n - 1]?.at ?? 0);
        if (!(after >= gapMs))
          yield [`${deviceId} sent ${reference} only ${after} ms after the one before`, reference];
        if (receivedAt < at) yield [`${reference} arrived before its turn`, reference];
      }
    }
  },

  /** Nothing but what the run itself provoked. */
  *answers({ claims }: Case): Generator<Finding> {
    for (const [status, count] of claims.refusals) {
      if (!HONEST_REFUSALS.includes(status)) yield [`${count} requests were answered ${status}`];
    }
  },

  lost_on_the_way: (facts: Case) => lostOnTheWay(waysOf(facts)),
  steps_once: (facts: Case) => stepsOnce(waysOf(facts)),
  after_its_stop: (facts: Case) => afterItsStop(waysOf(facts)),

  *processes({ claims }: Case): Generator<Finding> {
    for (const defect of claims.defects) yield [defect];
  },
} satisfies Record<string, (facts: Case) => Iterable<Finding>>;

function waysOf({ claims, evidence, copies }: Case) {
  const { entries, messages } = evidence;
  return { promised: claims.promised, entries, messages, copies };
}

function isSimulated({ transport }: LineFact): boolean {
  return transport === 'sandbox';
}

/** A change that the lifecycle allows, or a note that leaves the state as it is. */
function isTransition(from: MessageStatus, to: MessageStatus, type: string): boolean {
  if (from === to) return NOTES.includes(type);
  return Object.values(LIFECYCLE[from]).includes(to);
}

/** Events that may leave the state as it was: the carrier's answer behind its receipt, a read behind a delivery. */
const NOTES: readonly string[] = ['message.sent', 'message.opened'];
