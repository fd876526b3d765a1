/** What a send would do, decided by the same code that accepts and holds; nothing is written. */
import type { DryRunAnswer, SendMessage } from '../../contract/messages/messages.ts';
import { Problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { nextAddress } from '../../domain/cascade.ts';
import { earliestAt, lineGates, messageGates } from '../../domain/gates.ts';
import { priorityIndex } from '../../domain/plan.ts';
import { renderMessage, templateValues } from '../../domain/template.ts';
import { toIsoOrNull } from '../../lib/clock.ts';
import { invariant } from '../../lib/invariant.ts';
import { findLine, type LineRow, paceOf } from '../../store/lines/lines.ts';
import { readLineQueue } from '../../store/lines/queue-outlook.ts';
import { type DeliveryFacts, readOutlook } from '../../store/messages/deliveries.ts';
import { readIntakeFacts } from '../../store/messages/intake.ts';
import type { Caller } from '../access/authenticate.ts';
import { mayWrite } from '../access/read-only.ts';
import { refuseForeignFiles } from '../attachments/attachment-files.ts';
import { warnOfBlocked } from '../workspace/language-audit.ts';
import { knownAvailability, lineGateFacts, suppressedAddresses } from './delivery-facts.ts';
import { type Draft, draftMessage } from './draft-message.ts';
import { expectedAt, FORECAST_LIMIT, presentGate } from './explain-message.ts';

type Outlook = Pick<DeliveryFacts, 'addresses' | 'busy'>;

/** Stands for ids that a dry run does not make. */
const NO_ID = '000000000000000000000000';

export async function dryRunMessage(
  deps: Deps,
  { workspaceId }: Caller,
  request: SendMessage,
): Promise<DryRunAnswer> {
  const snapshot = mayWrite(await deps.snapshots.reload(workspaceId));
  refuseForeignFiles(deps, workspaceId, request.attachments);
  const question = {
    messageType: request.messageType,
    leadId: request.leadId,
    phone: request.recipientPhone,
    email: request.recipientEmail,
    idempotencyKey: null,
  };
  const [facts] = await readIntakeFacts(deps.database, workspaceId, [question]);
  invariant(facts !== undefined, 'facts come back for every request');
  const now = deps.clock.now();
  const context = {
    snapshot,
    newLeads: new Map(),
    chosenLines: new Map(),
    quickSendsListId: NO_ID,
    ids: () => NO_ID,
    now,
  };
  const draft = draftMessage(context, request, facts);
  if (draft instanceof Problem) throw draft;
  const line = await findLine(deps.database, workspaceId, draft.line.id);
  invariant(line !== null, 'the chosen line exists');
  const leadId = draft.lead.kind === 'found' ? draft.lead.lead.id : null;
  const outlook = await readOutlook(deps.database, workspaceId, {
    addresses: draft.addresses,
    leadId,
    lineId: line.id,
  });
  const { text, subject, missing } = renderMessage(request, templateValues(templateLead(draft), line));
  return {
    dryRun: true,
    wouldAccept: true,
    status: draft.plan.status === 'queued' ? 'pending' : draft.plan.status,
    reason: draft.plan.reason,
    leadId,
    leadWouldBeCreated: leadId === null,
    address: addressFor(draft, request, outlook, now),
    fromLineId: line.id,
    fromLinePhone: line.phone,
    fromLineEmail: line.email,
    lineDecision: draft.decision,
    text,
    subject,
    missing,
    scheduledDate: toIsoOrNull(request.scheduledDate),
    ...(await foresee(deps, line, draft, request, outlook.busy, now)),
    warnings: [...draft.warnings, ...(await warnOfBlocked(deps, workspaceId, text))],
  };
}

/** The first address a send would turn to, by all that is remembered of them. */
function addressFor(
  { addresses }: Draft,
  { messageType, forceFallback }: SendMessage,
  outlook: Outlook,
  now: number,
): string | null {
  const next = nextAddress({
    messageType: forceFallback ? 'sms' : messageType,
    addresses,
    known: knownAvailability(outlook),
    suppressed: suppressedAddresses(outlook),
    tried: new Set(),
    now,
  });
  return 'address' in next ? next.address : null;
}

async function foresee(
  deps: Deps,
  line: LineRow,
  { plan, window, firstTouch }: Draft,
  { scheduledDate, expiresAt }: SendMessage,
  conversationBusy: boolean,
  now: number,
): Promise<Pick<DryRunAnswer, 'gates' | 'earliestAt' | 'expectedAt'>> {
  const own = {
    dueAt: plan.dueAt,
    scheduledDate,
    expiresAt,
    window,
    attempt: 0,
    suppressed: plan.reason === 'dnc',
    campaignStatus: null,
    campaignStop: null,
    conversationBusy,
  };
  const lineFacts = lineGateFacts(line, false);
  const gates = [...messageGates(own, now), ...lineGates(lineFacts, now, firstTouch)].map(presentGate);
  const earliest = earliestAt(own, lineFacts, now, firstTouch);
  const queue = await readLineQueue(deps.database, line.workspaceId, line.id, FORECAST_LIMIT + 1);
  // Its id would be the latest of all: behind everything that is due at the same time.
  const self = {
    id: 'f'.repeat(24),
    leadId: NO_ID,
    priority: priorityIndex(plan.priority),
    firstTouch,
    dueAt: plan.dueAt,
    window,
  };
  const expected = expectedAt([...queue, self], paceOf(line), now, self.id, earliest);
  return { gates, earliestAt: toIsoOrNull(earliest), expectedAt: toIsoOrNull(expected) };
}

function templateLead({ lead }: Draft) {
  if (lead.kind === 'found') return lead.lead;
  const { firstName, lastName, email, phone } = lead.lead;
  return { firstName, lastName, email, phone, companyName: null, jobTitle: null, customFields: null };
}
