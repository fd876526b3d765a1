/** What the database knows of a waiting message, in the terms of the domain. Shared by the dispatcher and `explain`. */
import { cascade, type KnownAvailability } from '../../domain/cascade.ts';
import type { LineGateFacts, MessageGateFacts } from '../../domain/gates.ts';
import { type LineRow, paceOf } from '../../store/lines/lines.ts';
import type { DeliveryFacts } from '../../store/messages/deliveries.ts';

/** Addresses the message may go to, best first. */
export function addressesFor({ message, lead }: DeliveryFacts): string[] {
  if (lead === null) return [];
  return cascade(
    message.messageType,
    {
      phone: lead.phone,
      altPhones: [lead.altPhone1, lead.altPhone2, lead.altPhone3],
      email: lead.email,
      altEmails: [lead.altEmail1, lead.altEmail2, lead.altEmail3],
    },
    message.recipientGiven
      ? { phone: message.recipientPhone, email: message.recipientEmail }
      : { phone: null, email: null },
  );
}

type AddressFacts = Pick<DeliveryFacts, 'addresses'>;

export function suppressedAddresses(facts: AddressFacts): Set<string> {
  return new Set(
    (facts.addresses ?? []).filter((each) => each.suppressedAt !== null).map((each) => each.address),
  );
}

export function knownAvailability(facts: AddressFacts): Map<string, KnownAvailability> {
  const known = new Map<string, KnownAvailability>();
  for (const { address, availability, checkedAt } of facts.addresses ?? []) {
    if (availability !== null && checkedAt !== null) known.set(address, { status: availability, checkedAt });
  }
  return known;
}

/** First touch is a matter of fact, not of what was thought when the message was accepted (D17). */
export function isFirstTouch(facts: DeliveryFacts): boolean {
  return facts.touchedBy === null || facts.touchedBy === facts.message.id;
}

export function messageGateFacts(facts: DeliveryFacts): MessageGateFacts {
  const { message, lead } = facts;
  const suppressed = suppressedAddresses(facts);
  const addresses = suppressed.size === 0 ? [] : addressesFor(facts);
  return {
    dueAt: message.dueAt,
    scheduledDate: message.scheduledDate,
    expiresAt: message.expiresAt,
    window: message.settings,
    attempt: message.attempt,
    suppressed:
      (lead?.optedOutAt ?? null) !== null ||
      (addresses.length > 0 && addresses.every((address) => suppressed.has(address))),
    campaignStatus: facts.campaignStatus,
    conversationBusy: facts.busy,
    campaignStop: facts.stop,
  };
}

export function lineGateFacts(line: LineRow, readOnly: boolean): LineGateFacts {
  return {
    isActive: line.isActive,
    isHealthy: line.healthStatus === 'healthy',
    readOnly,
    risk: line.risk,
    pace: paceOf(line),
  };
}
