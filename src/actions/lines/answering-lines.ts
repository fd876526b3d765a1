/** From which line somebody would be answered, and why (D16): decided by the code that accepts messages, nothing is written. */
import type { AnsweringLine } from '../../contract/conversations/conversations.ts';
import { parseSendMessage } from '../../contract/messages/send-message.ts';
import { Problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { nextAddress } from '../../domain/cascade.ts';
import { MESSAGE_TYPES, type MessageType } from '../../domain/words.ts';
import type { LeadRow } from '../../store/leads/leads.ts';
import { readOutlook } from '../../store/messages/deliveries.ts';
import { readIntakeFacts } from '../../store/messages/intake.ts';
import { knownAvailability, suppressedAddresses } from '../messages/delivery-facts.ts';
import { draftMessage } from '../messages/draft-message.ts';

/** Stands for ids that nothing is made with. */
const NO_ID = '000000000000000000000000';

export async function answeringLines(
  deps: Deps,
  workspaceId: string,
  lead: LeadRow,
): Promise<{ lines: AnsweringLine[]; answerBy: MessageType | null }> {
  const snapshot = await deps.snapshots.read(workspaceId);
  if (snapshot === null) return { lines: [], answerBy: null };
  const now = deps.clock.now();
  const asked = { leadId: lead.id, phone: null, email: null, idempotencyKey: null };
  const facts = await readIntakeFacts(
    deps.database,
    workspaceId,
    MESSAGE_TYPES.map((messageType) => ({ ...asked, messageType })),
  );
  const addresses = addressesOf(lead);
  const outlook = await readOutlook(deps.database, workspaceId, { addresses, leadId: null, lineId: NO_ID });
  const lines = MESSAGE_TYPES.flatMap((messageType, n): AnsweringLine[] => {
    const known = facts[n];
    if (known === undefined) return [];
    const context = {
      snapshot,
      newLeads: new Map(),
      chosenLines: new Map(),
      quickSendsListId: NO_ID,
      ids: () => NO_ID,
      now,
    };
    const body = {
      leadId: lead.id,
      messageType,
      message: '…',
      subject: messageType === 'email' ? '…' : null,
    };
    const draft = draftMessage(context, parseSendMessage(body, { now }).request, known);
    if (draft instanceof Problem) {
      const { code, error } = draft;
      const none = { lineDecision: null, fromLinePhone: null, fromLineEmail: null, address: null };
      return [{ messageType, ...none, warnings: [], problem: { code, error } }];
    }
    const next = nextAddress({
      messageType,
      addresses: draft.addresses,
      known: knownAvailability(outlook),
      suppressed: suppressedAddresses(outlook),
      tried: new Set(),
      now,
    });
    const { phone: fromLinePhone, email: fromLineEmail } = draft.line;
    const address = 'address' in next ? next.address : null;
    const { decision: lineDecision, warnings } = draft;
    return [{ messageType, lineDecision, fromLinePhone, fromLineEmail, address, warnings, problem: null }];
  });
  // Of the lines that spoke with the contact, the latest first.
  const spoken = (facts[0]?.touches ?? []).map(
    ({ lineId }) => snapshot.lines.find(({ id }) => id === lineId)?.messageType,
  );
  const can = lines.filter(({ problem }) => problem === null).map(({ messageType }) => messageType);
  return {
    lines,
    answerBy: spoken.find((type) => type !== undefined && can.includes(type)) ?? can[0] ?? null,
  };
}

function addressesOf(lead: LeadRow): string[] {
  const { phone, altPhone1, altPhone2, altPhone3, email, altEmail1, altEmail2, altEmail3 } = lead;
  return [phone, altPhone1, altPhone2, altPhone3, email, altEmail1, altEmail2, altEmail3].filter(
    (address) => address !== null,
  );
}
