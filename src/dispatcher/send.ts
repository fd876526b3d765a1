/**
 * Second beat: the network, no transaction open. Walks the cascade of addresses until one takes the message, and says
 * what came of it as a ruling for the third beat. Never throws: what it can't tell is `lose`.
 */
import type { Ruling } from '../actions/messages/settle-messages.ts';
import type { Deps } from '../deps.ts';
import { MAX_FREE_ATTEMPTS } from '../domain/backoff.ts';
import { judge } from '../domain/fallback.ts';
import { type RenderedMessage, renderMessage, templateValues } from '../domain/template.ts';
import type { Reason } from '../domain/words.ts';
import { invariant } from '../lib/invariant.ts';
import { askBeforeSend } from './ask-before-send.ts';
import { CascadeWalk } from './cascade-walk.ts';
import { type AttachmentNote, type Collected, collectAttachments } from './collect-attachments.ts';
import type { Leased } from './prepare.ts';

/** First question to the carrier about an unknown outcome. */
const FIRST_RECONCILE_MS = 1_000;

/** Once `stopping` fires, attachments are no longer waited for. */
export async function send(deps: Deps, leased: Leased, stopping: AbortSignal): Promise<Ruling> {
  const { facts, line } = leased;
  const { message } = facts;
  let words: RenderedMessage = { text: message.message, subject: message.subject, missing: [] };
  let walk: CascadeWalk | null = null;
  try {
    if (!message.rendered && facts.lead !== null)
      words = renderMessage(message, templateValues(facts.lead, line));
    const channel = deps.channels.get(line.transport);
    invariant(channel !== undefined, `there is a channel for ${line.transport}`);
    let going = leased;
    let collected: Collected | null = null;
    if (facts.stop?.do === 'ask') {
      const ruling = await askBeforeSend(deps, leased, facts.stop, stopping);
      if (ruling !== null) return { ...ruling, renderedText: words.text };
      going = { ...leased, facts: { ...facts, stop: null } };
    }
    if (message.attachments !== null || going !== leased) {
      collected = await collectAttachments(deps, going, channel, stopping);
      if (!('attachments' in collected)) return ruleOnAttachments(deps, leased, collected, words);
      going = { ...going, leaseUntil: collected.leaseUntil };
    }
    walk = new CascadeWalk(deps, going, channel, words, collected?.attachments ?? []);
    await walk.run();
    return ruleOn(deps, leased, walk, words, collected?.notes);
  } catch (error) {
    const { id: messageId, correlationId } = message;
    deps.log.error({ err: error, messageId, correlationId }, 'an attempt broke off');
    return ruleOnBreak(deps, leased, words.text, walk?.isInHand === true);
  }
}

/** Something of ours broke. Unless a carrier had the message in its hands, nothing has left. */
function ruleOnBreak(
  deps: Deps,
  { facts: { message }, attempt }: Leased,
  renderedText: string,
  isInHand: boolean,
): Ruling {
  const now = deps.clock.now();
  const base = { messageId: message.id, attempt, renderedText, errorMessage: 'The attempt broke off' };
  if (isInHand)
    return {
      ...base,
      event: 'lose',
      reconcileAt: now + FIRST_RECONCILE_MS,
      data: { sentText: renderedText },
    };
  if (attempt >= MAX_FREE_ATTEMPTS) return { ...base, event: 'fail', reason: 'retries_exhausted' };
  return { ...base, event: 'retry', retryAt: now + message.retryGapMs, isFree: true };
}

/** It never came to a hand-over. A file that can't be had is tried again by the policy of its message, and no line's fault. */
function ruleOnAttachments(
  deps: Deps,
  { facts: { message }, attempt }: Leased,
  collected: Exclude<Collected, { attachments: unknown }>,
  { text }: RenderedMessage,
): Ruling {
  const now = deps.clock.now();
  const base = {
    messageId: message.id,
    attempt,
    renderedText: text,
    isLineBlameless: true,
    data: { attachments: collected.notes },
  };
  if ('until' in collected)
    return {
      ...base,
      event: 'retry',
      retryAt: collected.until,
      isFree: true,
      errorMessage: collected.because,
    };
  const { permanent, code, message: errorMessage } = collected.refusal;
  const policy = { attempts: message.attempts, gapMs: message.retryGapMs };
  const verdict = judge({ end: 'rejected', permanent }, message.messageType, policy, attempt, now);
  const ruling: Ruling = { ...base, event: verdict.event, errorCode: code, errorMessage };
  if (verdict.event === 'retry') ruling.retryAt = verdict.at;
  else if (verdict.event === 'fail') ruling.reason = verdict.reason;
  return ruling;
}

function ruleOn(
  deps: Deps,
  { facts, attempt }: Leased,
  walk: CascadeWalk,
  { text, missing }: RenderedMessage,
  attachments: readonly AttachmentNote[] | undefined,
): Ruling {
  const { message } = facts;
  const now = deps.clock.now();
  const policy = { attempts: message.attempts, gapMs: message.retryGapMs };
  const verdict = judge(walk.end, message.messageType, policy, attempt, now);
  const ruling: Ruling = {
    messageId: message.id,
    attempt,
    event: verdict.event,
    renderedText: text,
    address: walk.address,
    externalMessageId: walk.externalMessageId,
    availability: walk.availability,
    suppressions: walk.suppressions,
    data: {
      attachments,
      steps: walk.steps,
      missingPlaceholders: missing.length > 0 ? missing : undefined,
      // Some carriers can only be asked by what was said; a lead edited meanwhile would render another text.
      sentText: verdict.event === 'lose' ? text : undefined,
      lineBad: walk.lineBad || undefined,
    },
  };
  if (walk.stop !== null) ruling.step = walk.stop;
  if (walk.checked.length > 0) ruling.checkedAddresses = walk.checked;
  if (walk.code !== null) ruling.errorCode = walk.code;
  const leadAvailability = availabilityOf(walk);
  if (leadAvailability !== null) ruling.leadAvailability = leadAvailability;
  switch (verdict.event) {
    case 'accept':
      break;
    case 'lose':
      ruling.reconcileAt = now + FIRST_RECONCILE_MS;
      ruling.errorMessage = walk.message ?? 'No answer';
      break;
    case 'retry':
      ruling.retryAt = verdict.at;
      // Neither a gate that shut nor a fault of the line is an attempt of the message's own.
      ruling.isFree = walk.end.end === 'held' || (walk.lineBad && attempt < MAX_FREE_ATTEMPTS);
      ruling.errorMessage = walk.message ?? 'Refused for now';
      break;
    default:
      ruling.reason = verdict.reason;
      ruling.errorMessage = sentence(verdict.reason, walk);
  }
  return ruling;
}

function sentence(reason: Reason, walk: CascadeWalk): string {
  switch (reason) {
    case 'not_on_imessage':
      return `Prospect's iMessage not available on ${walk.checked.join(', ')}`;
    case 'no_address':
      return 'The contact no longer has an address this message could go to';
    case 'dnc':
      return 'The contact opted out: do not contact';
    case 'campaign_stopped':
      return walk.stop?.detail ?? 'Its contact left the campaign';
    case 'retries_exhausted':
      return `All attempts failed; the last one: ${walk.message ?? 'refused'}`;
    default:
      return walk.message ?? 'Refused';
  }
}

function availabilityOf(walk: CascadeWalk): 'available' | 'unavailable' | 'error' | null {
  if (walk.end.end === 'availability_error') return 'error';
  if (walk.availability.some((note) => note.availability === 'available')) return 'available';
  return walk.end.end === 'not_on_channel' && walk.availability.length > 0 ? 'unavailable' : null;
}
