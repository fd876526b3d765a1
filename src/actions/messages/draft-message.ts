/**
 * From a request and what the database knows to what would be stored: lead, line, plan. Reads nothing and writes
 * nothing, so that accepting and dry runs decide by the same code.
 */

import type { SendMessage } from '../../contract/messages/messages.ts';
import { Problem, problem } from '../../contract/problems.ts';
import { cascade } from '../../domain/cascade.ts';
import { contactOwner } from '../../domain/contact-owner.ts';
import { chooseLine, type LineDecision, troubleOf } from '../../domain/line-choice.ts';
import { type AcceptancePlan, planAcceptance } from '../../domain/plan.ts';
import type { SendWindow } from '../../domain/window.ts';
import type { Ids } from '../../lib/ids.ts';
import { invariant } from '../../lib/invariant.ts';
import type { LeadRow, NewLead } from '../../store/leads/leads.ts';
import type { LineRow } from '../../store/lines/lines.ts';
import type { IntakeFacts } from '../../store/messages/intake.ts';
import { fallbackDecision, fallbackText } from './fallback-message.ts';
import { requestedLine } from './requested-line.ts';
import type { WorkspaceSnapshot } from './workspace-snapshot.ts';

/** A lead that exists, or one that this batch makes. */
export type DraftLead = { kind: 'found'; lead: LeadRow } | { kind: 'new'; lead: NewLead; made: boolean };

export interface DraftRecipient {
  /** Named by the request; false: the lead's own. */
  given: boolean;
  phone: string | null;
  email: string | null;
}

export interface Draft {
  lead: DraftLead;
  recipient: DraftRecipient;
  line: LineRow;
  decision: LineDecision;
  pinned: boolean;
  firstTouch: boolean;
  plan: AcceptancePlan;
  window: SendWindow | null;
  /** Addresses it may go to, best first. */
  addresses: string[];
  warnings: string[];
}

export interface DraftContext {
  snapshot: WorkspaceSnapshot;
  /** Leads made by earlier requests of the same batch, by address. */
  newLeads: Map<string, NewLead>;
  /** Lines chosen for earlier requests of the same batch, by lead and type. */
  chosenLines: Map<string, string>;
  quickSendsListId: string;
  ids: Ids;
  now: number;
}

export function draftMessage(
  context: DraftContext,
  request: SendMessage,
  facts: IntakeFacts,
): Draft | Problem {
  const { snapshot, now } = context;
  const warnings: string[] = [];
  if (request.leadId !== null && facts.lead === null) return problem('LEAD_NOT_ACCESSIBLE');
  const lead = resolveLead(context, request, facts);
  const recipient = recipientOf(lead, request);
  const addresses = addressesToTry(lead, request, recipient);
  const { forceFallback } = request;
  if (addresses.length === 0) {
    return problem('RECIPIENT_REQUIRED', {
      reason: forceFallback
        ? 'forceFallback needs recipientPhone'
        : `there is no address that ${request.messageType} can go to`,
    });
  }
  const refusal = refuseFallback(snapshot, request);
  if (refusal !== null) return refusal;
  const chosen = decideLine(context, request, lead.lead.id, facts);
  if (!('line' in chosen)) return chosen;
  if (chosen.warning !== null) warnings.push(chosen.warning);

  const touch = facts.touches?.find((each) => each.lineId === chosen.line.id);
  const window = readWindow(request, snapshot);
  const suppressed = new Set(facts.suppressed ?? []);
  const plan = planAcceptance({
    now,
    scheduledDate: request.scheduledDate,
    window,
    suppressed:
      (lead.kind === 'found' && lead.lead.optedOutAt !== null) ||
      addresses.every((each) => suppressed.has(each)),
    forceFallback,
    lastReplyAt: touch?.lastReplyAt ?? null,
    isCampaign: false,
  });
  if (plan === null) return problem('INVALID_WINDOW', { reason: 'the send window never opens' });
  if (!forceFallback) context.chosenLines.set(chosenKey(request, lead.lead.id), chosen.line.id);
  return {
    lead,
    recipient,
    line: chosen.line,
    decision: chosen.decision,
    pinned: request.fromLineId !== null,
    firstTouch: touch === undefined,
    plan,
    window,
    addresses,
    warnings,
  };
}

/**
 * The recipient as it is stored with the message: what was given, else the lead's primary contact. A fallback SMS goes to
 * this phone and to no other, whether it is forced or follows later (4.11): who gave an e-mail address alone has named none.
 */
function recipientOf({ lead }: DraftLead, { recipientPhone, recipientEmail }: SendMessage): DraftRecipient {
  const given = recipientPhone !== null || recipientEmail !== null;
  return given
    ? { given, phone: recipientPhone, email: recipientEmail }
    : { given, phone: lead.phone, email: lead.email };
}

function addressesToTry(lead: DraftLead, request: SendMessage, { phone }: DraftRecipient): string[] {
  const { messageType, recipientPhone, recipientEmail, forceFallback } = request;
  const own = addressesOf(lead, request);
  if (!forceFallback) return cascade(messageType, own, { phone: recipientPhone, email: recipientEmail });
  return phone === null ? [] : cascade('sms', own, { phone, email: null });
}

function refuseFallback(
  { workspace, fallbackLine }: WorkspaceSnapshot,
  request: SendMessage,
): Problem | null {
  const { forceFallback, sendFallbackSmsOnFailed } = request;
  if (!forceFallback && !sendFallbackSmsOnFailed) return null;
  if (fallbackLine?.isActive !== true) {
    return problem('FALLBACK_NOT_CONFIGURED', {
      param: forceFallback ? 'forceFallback' : 'sendFallbackSmsOnFailed',
    });
  }
  if (!forceFallback) return null;
  const sms = fallbackText(request.message, request.attachments, workspace.fallbackAttachmentLinks);
  if (sms.cutFrom !== null) {
    return problem('MESSAGE_TOO_LONG', {
      param: 'message',
      error: 'message must be at most 1,600 characters for a fallback SMS, links to attachments included',
    });
  }
  if (sms.text.trim() !== '') return null;
  return problem('MESSAGE_EMPTY', {
    param: 'message',
    reason: 'a fallback SMS carries text, no attachments',
  });
}

function resolveLead(
  { snapshot, newLeads, quickSendsListId, ids }: DraftContext,
  request: SendMessage,
  facts: IntakeFacts,
): DraftLead {
  if (facts.lead !== null) return { kind: 'found', lead: facts.lead };
  const { recipientPhone: phone, recipientEmail: email } = request;
  const known =
    (phone === null ? undefined : newLeads.get(phone)) ?? (email === null ? undefined : newLeads.get(email));
  if (known !== undefined) return { kind: 'new', lead: known, made: false };
  const [firstName, ...rest] = (request.recipientName ?? '').trim().split(/\s+/);
  const lead: NewLead = {
    id: ids(),
    listId: quickSendsListId,
    firstName: firstName || null,
    lastName: rest.join(' ') || null,
    phone,
    email,
    altPhones: request.altPhones.map((each) => each ?? null),
    altEmails: request.altEmails.map((each) => each ?? null),
    source: 'api',
    contactOwnerEmail: contactOwner(request.contactOwnerEmail, snapshot.memberEmails),
    ...request.crm,
  };
  for (const address of [phone, email, ...lead.altPhones, ...lead.altEmails]) {
    if (address !== null && !newLeads.has(address)) newLeads.set(address, lead);
  }
  return { kind: 'new', lead, made: true };
}

/** The lead's addresses with this request's alternates already merged in. */
function addressesOf(lead: DraftLead, request: SendMessage) {
  const merged = (given: readonly (string | null | undefined)[], stored: readonly (string | null)[]) =>
    stored.map((each, index) => (given[index] === undefined ? each : (given[index] ?? null)));
  if (lead.kind === 'new') {
    const { phone, email, altPhones, altEmails } = lead.lead;
    return {
      phone,
      email,
      altPhones: merged(request.altPhones, altPhones),
      altEmails: merged(request.altEmails, altEmails),
    };
  }
  const { phone, email, altPhone1, altPhone2, altPhone3, altEmail1, altEmail2, altEmail3 } = lead.lead;
  return {
    phone,
    email,
    altPhones: merged(request.altPhones, [altPhone1, altPhone2, altPhone3]),
    altEmails: merged(request.altEmails, [altEmail1, altEmail2, altEmail3]),
  };
}

/** The line of this type that spoke with the lead last; null when none did. */
export function talkingLine(
  { lines }: WorkspaceSnapshot,
  messageType: SendMessage['messageType'],
  { touches }: IntakeFacts,
): LineRow | null {
  for (const { lineId } of touches ?? []) {
    const line = lines.find((each) => each.id === lineId && each.messageType === messageType);
    if (line !== undefined) return line;
  }
  return null;
}

type ChosenLine = { line: LineRow; decision: LineDecision; warning: string | null };

function chosenKey({ messageType }: SendMessage, leadId: string): string {
  return `${messageType} ${leadId}`;
}

function decideLine(
  { snapshot, chosenLines, now }: DraftContext,
  request: SendMessage,
  leadId: string,
  facts: IntakeFacts,
): ChosenLine | Problem {
  const { messageType, fromLineId, forceFallback } = request;
  if (forceFallback) return takeFallbackLine(snapshot, fromLineId);
  if (fromLineId !== null) {
    const requested = requestedLine(snapshot, fromLineId, messageType);
    return requested instanceof Problem ? requested : { ...requested, warning: null };
  }
  const decision = chooseLine(
    snapshot.lineFacts,
    {
      messageType,
      talkingLineId: talkingLine(snapshot, messageType, facts)?.id ?? null,
      waitingLineId: chosenLines.get(chosenKey(request, leadId)) ?? facts.waitingLineId,
      lineDownPolicy: snapshot.workspace.lineDownPolicy,
    },
    now,
  );
  const line = snapshot.lines.find((each) => each.id === decision?.lineId);
  if (decision === null || line === undefined) return problem('NO_ACTIVE_LINES');
  const trouble = troubleOf({ isActive: line.isActive, isHealthy: line.healthStatus === 'healthy' });
  const warning = trouble === null ? null : `line ${line.id} is ${trouble}; the message waits for it`;
  return { line, decision, warning };
}

/** What leaves is the SMS alone, so a forced fallback needs no line of its own type. */
function takeFallbackLine(
  { lines, fallbackLine: line }: WorkspaceSnapshot,
  asked: string | null,
): ChosenLine | Problem {
  if (asked !== null && !lines.some((each) => each.id === asked))
    return problem('LINE_NOT_FOUND', { param: 'fromLineId' });
  invariant(line !== null, 'forceFallback was refused without a fallback line');
  const isIgnored = asked !== null && asked !== line.id;
  const warning = isIgnored
    ? 'fromLineId is ignored with forceFallback: the SMS leaves from the fallback line'
    : null;
  return { line, decision: fallbackDecision(line), warning };
}

function readWindow(request: SendMessage, snapshot: WorkspaceSnapshot): SendWindow | null {
  if (request.sendWindowStart === null && request.allowedDaysOfWeek === null) return null;
  return {
    timezone: request.timezone ?? snapshot.workspace.timezone,
    start: request.sendWindowStart,
    end: request.sendWindowEnd,
    days: request.allowedDaysOfWeek,
  };
}
