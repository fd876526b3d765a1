/**
 * What decisions about leads on their way through campaigns ask for, for hundreds of them in one statement: where each stands
 * is known to whoever asks, all else is looked up by index, lead by lead inside the database.
 */
import type { HttpAnswer, LeadFacts, Reply } from '../../domain/campaign/conditions.ts';
import type { EntryFacts, StepMessage } from '../../domain/campaign/next-step.ts';
import { cascade } from '../../domain/cascade.ts';
import type { MessageType } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { LEAD_JSON, type LeadRow } from '../leads/leads.ts';
import { ANSWER_FRESH_MS } from './condition-answers.ts';

/** Where a lead stands, as its row in `campaign_leads` says. */
export interface Standing {
  campaignId: string;
  leadId: string;
  entry: number;
  enteredAt: number;
  stepKey: string | null;
  stepAt: number | null;
  nextStepKey: string | null;
  messageId: string | null;
}

/** Of a lead that never stops writing, the first ones since it entered. */
const MAX_REPLIES = 500;
/** Leads of other lists with the same address. */
const MAX_SAME_PERSON = 100;
/** Enough to find words in. */
const MAX_REPLY_CHARACTERS = 10_000;
/** How far the clock of a phone may be behind ours; what was written before that is old news that was told late. */
const SLOW_CLOCK_MS = 600_000;

// Lead by lead, and the rest is asked of what is found: a planner without statistics of a young table walks the whole
// workspace for each lead when it is given a list of them (30 s for 500 leads, while 15,000 messages had been made).
//
// Whoever shares an address with the lead is the same person in another list: a reply may have been stored with either.
const READ_FACTS = statement(
  'read_campaign_facts',
  `SELECT
     (SELECT ${LEAD_JSON} FROM leads l WHERE r.asks_lead AND l.workspace_id = $1 AND l.id = r.lead_id) AS lead,
     ARRAY(SELECT a.address FROM addresses a
       WHERE r.asks_lead AND a.workspace_id = $1 AND a.suppressed_at IS NOT NULL AND a.address = ANY(own.addresses)) AS suppressed,
     (SELECT to_json(step) FROM (SELECT m.status, m.reason, m.error_message AS "errorMessage",
        (SELECT extract(epoch FROM max(e.at)) * 1000 FROM events e WHERE cardinality(wrote.replies) > 0
           AND e.workspace_id = $1 AND e.message_id = m.id AND e.type = 'message.sending') AS "leftAt",
        extract(epoch FROM m.sent_at) * 1000 AS "sentAt", extract(epoch FROM m.updated_at) * 1000 AS "endedAt",
        m.fallback_sms_dispatched AS "fallbackSmsDispatched"
        FROM messages m WHERE r.asks_messages AND m.workspace_id = $1 AND m.id = r.message_id) step) AS message,
     steps.had, steps.campaign, steps."anyCampaign", wrote.replies,
     ARRAY(SELECT json_build_object('id', q.condition_id, 'holds', q.holds, 'failed', q.failed,
        'retryAt', extract(epoch FROM q.retry_at) * 1000)
      FROM condition_answers q WHERE r.asks_answers AND q.workspace_id = $1 AND q.campaign_id = r.campaign_id AND q.lead_id = r.lead_id
        AND (q.retry_at > $3 OR (q.holds IS NOT NULL AND q.asked_at > $4))) AS answers
   FROM ROWS FROM (json_to_recordset($2::json)
       AS (campaign_id text, lead_id text, entry int, message_id text, entered_at timestamptz, wrote_after timestamptz,
         asks_lead boolean, asks_messages boolean, asks_replies boolean, asks_answers boolean))
     WITH ORDINALITY AS r(campaign_id, lead_id, entry, message_id, entered_at, wrote_after,
       asks_lead, asks_messages, asks_replies, asks_answers, place),
     LATERAL (SELECT ARRAY(SELECT la.address FROM lead_addresses la
       WHERE la.workspace_id = $1 AND la.lead_id = r.lead_id) AS addresses OFFSET 0) own,
     LATERAL (
       SELECT coalesce(array_agg(m.step_key) FILTER (WHERE m.campaign_id = r.campaign_id AND m.campaign_entry = r.entry
           AND m.step_key IS NOT NULL), '{}') AS had,
         coalesce(bool_or(m.campaign_id = r.campaign_id AND m.direction = 'sent' AND m.sent_at < r.entered_at), false) AS campaign,
         coalesce(bool_or(m.campaign_id IS NOT NULL AND m.direction = 'sent' AND m.sent_at < r.entered_at), false) AS "anyCampaign"
       FROM messages m WHERE r.asks_messages AND m.workspace_id = $1 AND m.lead_id = r.lead_id) steps,
     LATERAL (SELECT ARRAY(SELECT json_build_object('at', extract(epoch FROM w.created_at) * 1000, 'text', w.text) FROM (
        SELECT said.created_at, said.text FROM (
          SELECT r.lead_id AS id UNION SELECT other.id FROM unnest(own.addresses) AS a(address)
          CROSS JOIN LATERAL (SELECT la.lead_id AS id FROM lead_addresses la
            WHERE la.workspace_id = $1 AND la.address = a.address ORDER BY la.lead_id LIMIT ${MAX_SAME_PERSON}) other) person
        CROSS JOIN LATERAL (SELECT m.created_at, m.id, left(m.message, ${MAX_REPLY_CHARACTERS}) AS text FROM messages m
          WHERE m.workspace_id = $1 AND m.lead_id = person.id AND m.direction = 'received' AND m.created_at >= r.entered_at
            AND m.sent_at >= r.wrote_after AND (m.lead_id = r.lead_id OR m.address = ANY(own.addresses))
          ORDER BY m.created_at, m.id LIMIT ${MAX_REPLIES}) said
        ORDER BY said.created_at, said.id LIMIT ${MAX_REPLIES}) w WHERE r.asks_replies) AS replies OFFSET 0) wrote
   ORDER BY r.place`,
);

interface FactsRow {
  lead: LeadRow | null;
  suppressed: string[];
  /** `leftAt`: when its last attempt began; asked where somebody replied. */
  message: (StepMessage & { leftAt: number | null }) | null;
  had: string[];
  replies: Reply[];
  campaign: boolean;
  anyCampaign: boolean;
  answers: { id: string; holds: boolean | null; failed: string | null; retryAt: number | null }[];
}

/** What is not asked for comes back as if there were nothing of it. */
export interface FactsAsked {
  /** With the opt-outs of its addresses. */
  lead: boolean;
  /** That of its step, which ones it had, and who wrote to it before it entered. */
  messages: boolean;
  replies: boolean;
  answers: boolean;
}

export const ALL_FACTS: FactsAsked = { lead: true, messages: true, replies: true, answers: true };

/** With all of the lead, not only what conditions can ask for. */
export type KnownFacts = EntryFacts & { lead: (LeadRow & LeadFacts) | null };

/** Of one campaign; in the order of `entries`. */
export function readEntryFacts(
  sql: Sql,
  workspaceId: string,
  { messageType }: { messageType: MessageType },
  entries: readonly Standing[],
  now: number,
  asked: (entry: Standing) => FactsAsked = () => ALL_FACTS,
): Promise<KnownFacts[]> {
  const questions = entries.map((entry) => ({ ...entry, messageType, asked: asked(entry) }));
  return readFacts(sql, workspaceId, questions, now);
}

export type Question = Standing & { messageType: MessageType; asked: FactsAsked };

/** In the order of `questions`. */
export async function readFacts(
  sql: Sql,
  workspaceId: string,
  questions: readonly Question[],
  now: number,
): Promise<KnownFacts[]> {
  const open = questions.filter(({ asked }) => Object.values(asked).includes(true));
  const rows = new Map<Question, FactsRow>();
  if (open.length > 0) {
    const values = [
      workspaceId,
      JSON.stringify(open.map(recordOf)),
      toIso(now),
      toIso(now - ANSWER_FRESH_MS),
    ];
    const found = await sql.query<FactsRow>(READ_FACTS, values);
    for (const [index, question] of open.entries()) rows.set(question, found[index] ?? NOTHING);
  }
  return questions.map((question) => {
    const { enteredAt, stepKey, stepAt, nextStepKey, messageType } = question;
    const { lead, suppressed, message, had, replies, campaign, anyCampaign, answers } =
      rows.get(question) ?? NOTHING;
    return {
      now,
      enteredAt,
      stepKey,
      stepAt,
      nextStepKey,
      had,
      message,
      replies: message === null ? replies : replies.map((reply) => answering(message, reply)),
      lead: lead === null ? null : { ...lead, isDnc: isDnc(lead, suppressed, messageType) },
      contactedBefore: { campaign, anyCampaign },
      http: new Map(answers.map((each) => [each.id, answerOf(each)])),
    };
  });
}

/** Whoever is quicker than the carrier's word that the step was sent has answered it all the same. */
function answering({ leftAt, sentAt }: NonNullable<FactsRow['message']>, reply: Reply): Reply {
  const isQuicker = leftAt !== null && sentAt !== null && reply.at >= leftAt && reply.at < sentAt;
  return isQuicker ? { ...reply, at: sentAt } : reply;
}

const NOTHING: FactsRow = {
  lead: null,
  suppressed: [],
  message: null,
  had: [],
  replies: [],
  campaign: false,
  anyCampaign: false,
  answers: [],
};

function recordOf({ campaignId, leadId, entry, messageId, enteredAt, asked }: Question) {
  return {
    campaign_id: campaignId,
    lead_id: leadId,
    entry,
    message_id: messageId ?? undefined,
    entered_at: toIso(enteredAt),
    wrote_after: toIso(enteredAt - SLOW_CLOCK_MS),
    asks_lead: asked.lead,
    asks_messages: asked.messages,
    asks_replies: asked.replies,
    asks_answers: asked.answers,
  };
}

/** As the gate `opt_out` sees it: opted out as a whole, or every address that could be written to is suppressed. */
export function isDnc(lead: LeadRow, suppressed: readonly string[], messageType: MessageType): boolean {
  if (lead.optedOutAt !== null) return true;
  if (suppressed.length === 0) return false;
  const own = {
    phone: lead.phone,
    altPhones: [lead.altPhone1, lead.altPhone2, lead.altPhone3],
    email: lead.email,
    altEmails: [lead.altEmail1, lead.altEmail2, lead.altEmail3],
  };
  const addresses = cascade(messageType, own, { phone: null, email: null });
  return addresses.length > 0 && addresses.every((address) => suppressed.includes(address));
}

function answerOf({ holds, failed, retryAt }: FactsRow['answers'][number]): HttpAnswer {
  return holds !== null ? { holds } : { failed: failed ?? '', retryAt: retryAt ?? 0 };
}
