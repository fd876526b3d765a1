/** Facts of campaigns for tests of this folder and of those who ask it. */
import type { Branch, Condition, Step } from './campaign.ts';
import type { ConditionFacts, LeadFacts } from './conditions.ts';
import type { EntryFacts, StepMessage } from './next-step.ts';

export const NOW = Date.UTC(2026, 10, 25, 12);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function leadFacts(differs: Partial<LeadFacts> = {}): LeadFacts {
  return {
    firstName: 'Ada',
    lastName: 'Lovelace',
    email: 'ada@example.com',
    phone: '+12025550123',
    altPhone1: null,
    altPhone2: null,
    altPhone3: null,
    altEmail1: null,
    altEmail2: null,
    altEmail3: null,
    companyName: null,
    jobTitle: null,
    linkedinUrl: null,
    notes: null,
    source: 'api',
    externalId: null,
    contactOwnerEmail: null,
    availabilityStatus: null,
    hsContactId: null,
    hsPortalId: null,
    ghlContactId: null,
    ghlLocationId: null,
    createdAt: NOW - 30 * DAY,
    updatedAt: NOW - DAY,
    tags: [],
    customFields: {},
    isDnc: false,
    ...differs,
  } as LeadFacts;
}

export function conditionFacts(differs: Partial<ConditionFacts> = {}): ConditionFacts {
  return {
    now: NOW,
    lead: leadFacts(),
    since: NOW - DAY,
    replies: [],
    contactedBefore: { campaign: false, anyCampaign: false },
    http: new Map(),
    ...differs,
  };
}

/** Entered at NOW, stands nowhere yet. */
export function entryFacts(differs: Partial<EntryFacts> = {}): EntryFacts {
  return {
    now: NOW,
    enteredAt: NOW,
    stepKey: null,
    stepAt: null,
    nextStepKey: null,
    had: [],
    message: null,
    lead: leadFacts(),
    replies: [],
    contactedBefore: { campaign: false, anyCampaign: false },
    http: new Map(),
    ...differs,
  };
}

/** Sent at `at`. */
export function sentMessage(at: number, differs: Partial<StepMessage> = {}): StepMessage {
  return {
    status: 'sent',
    reason: null,
    errorMessage: null,
    sentAt: at,
    endedAt: at,
    fallbackSmsDispatched: false,
    ...differs,
  };
}

/** A day after the one before, unless told otherwise. */
export function stepOf(key: string, differs: Partial<Step> = {}): Step {
  return {
    key,
    message: `${key} for {firstName}`,
    subject: null,
    smsMessage: null,
    attachments: [],
    wait: { value: 1, unit: 'd' },
    onlyNonResponders: false,
    stopConditions: [],
    branches: [],
    next: null,
    ...differs,
  };
}

export function branch(condition: Record<string, unknown> & { type: string }, to: string): Branch {
  return { condition: { id: `${condition.type}-${to}`, ...condition } as Condition, to };
}
