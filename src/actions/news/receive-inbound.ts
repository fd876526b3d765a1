/**
 * Somebody wrote to one of our lines: store it with its lead, note the conversation, and obey when the words are an
 * opt-out or an opt-in (D28, D29). One commit.
 */

import type { InboundAttachment } from '../../channels/news.ts';
import { storableMessage, storableText } from '../../channels/storable.ts';
import type { Deps } from '../../deps.ts';
import { isPhone } from '../../domain/address.ts';
import { readOptOut } from '../../domain/opt-out.ts';
import { priorityIndex } from '../../domain/plan.ts';
import { isPositiveReply } from '../../domain/positive-reply.ts';
import { safeFileName } from '../../lib/file-name.ts';
import { wakeLeads } from '../../store/campaigns/campaign-leads.ts';
import { answerSooner, findWriters, insertReceived, noteReply } from '../../store/conversations/inbound.ts';
import { insertInboundAttachments } from '../../store/conversations/inbound-attachments.ts';
import { isUniqueViolation, type Sql } from '../../store/database.ts';
import { insertEvents, type NewEvent } from '../../store/events/events.ts';
import { touchDay } from '../../store/figures/day-figures.ts';
import { ensureSpecialList, insertLead } from '../../store/leads/leads.ts';
import { wakeLines } from '../../store/lines/line-queue.ts';
import { addTallies, NOTHING_COUNTED } from '../../store/lines/line-tallies.ts';
import { findLine, type LineRow } from '../../store/lines/lines.ts';
import { queueAvailabilityCheck } from '../availability/availability-jobs.ts';
import { type OptOut, optIn, optOut } from '../opt-outs/opt-out.ts';

export interface Inbound {
  workspaceId: string;
  lineId: string;
  /** Who wrote: E.164 or lower-cased e-mail. */
  address: string;
  message: string;
  /** The device's own id; the same one twice is one message. */
  externalMessageId: string | null;
  subject?: string | null;
  /** Our message that it answers, where the carrier can tell. */
  inReplyTo?: string | null;
  /** When it was written, epoch ms; absent: now. */
  at?: number;
  attachments?: readonly InboundAttachment[];
}

const CLASSES = { single: priorityIndex('single'), reply: priorityIndex('reply') };

/** `isNews` runs inside the commit; false means that this was recorded before, and nothing is written. */
export async function receiveInbound(
  deps: Deps,
  told: Inbound,
  isNews: (tx: Sql) => Promise<boolean> = async () => true,
): Promise<void> {
  const inbound = { ...told, message: storableMessage(told.message) };
  const { workspaceId } = inbound;
  const line = await findLine(deps.database, workspaceId, inbound.lineId);
  if (line === null) {
    deps.log.warn({ workspaceId, lineId: inbound.lineId }, 'an inbound message names an unknown line');
    return;
  }
  const ownerEmail = (await deps.snapshots.read(workspaceId))?.memberEmails[0] ?? null;
  const record = () =>
    deps.database.transaction(async (tx) => {
      if (await isNews(tx)) await store(deps, tx, inbound, line, ownerEmail);
    });
  // Two messages of a stranger at once: whoever comes second finds the lead that the first one made.
  await record().catch((error: unknown) => (isUniqueViolation(error) ? record() : Promise.reject(error)));
  deps.announceSettled();
  deps.wakeDispatchers();
}

async function store(
  deps: Deps,
  tx: Sql,
  inbound: Inbound,
  line: LineRow,
  ownerEmail: string | null,
): Promise<void> {
  const { workspaceId, address, message } = inbound;
  const now = deps.clock.now();
  const found = await findWriters(tx, workspaceId, address, line.id);
  const leadId = found[0] ?? (await makeLead(deps, tx, inbound, ownerEmail, now));
  const leadIds = found.length > 0 ? found : [leadId];
  const id = deps.ids();
  const phone = isPhone(address) ? address : null;
  const isNew = await insertReceived(
    tx,
    workspaceId,
    {
      id,
      messageType: line.messageType,
      message,
      leadId,
      lineId: line.id,
      address,
      phone,
      email: phone === null ? address : null,
      externalMessageId: inbound.externalMessageId,
      correlationId: `app_${id}`,
      subject: inbound.subject == null ? null : storableText(inbound.subject),
      inReplyTo: inbound.inReplyTo ?? null,
      isPositive: isPositiveReply(message),
      writtenAt: inbound.at ?? now,
    },
    now,
  );
  if (!isNew) return;
  await touchDay(tx, workspaceId, now, deps.ids());
  const attachments = (inbound.attachments ?? []).map(({ name, source }) => ({
    id: deps.ids(),
    name: safeFileName(name),
    source,
  }));
  await insertInboundAttachments(tx, workspaceId, id, line.id, attachments, now);
  await noteReply(tx, workspaceId, { leadId, lineId: line.id, messageId: id }, now);
  await answerSooner(tx, workspaceId, { leadId, lineId: line.id }, CLASSES);
  await wakeLines(tx, workspaceId, [line.id], [deps.ids()]);
  await addTallies(tx, workspaceId, [{ ...NOTHING_COUNTED, lineId: line.id, replies: 1 }], now);
  const about = { messageId: id, leadId, lineId: line.id, now };
  const events: NewEvent[] = [event(deps, { type: 'message.received', ...about })];
  if (found.length > 0) events.push(event(deps, { type: 'message.reply', ...about }));
  const words = readOptOut(message);
  // Who wrote by iMessage is answered there, which will tell.
  if (found.length === 0 && words === null && line.messageType !== 'imessage')
    await queueAvailabilityCheck(deps, tx, workspaceId, leadIds);
  const wish: OptOut = { address, leadIds, source: 'words', words: message, lineId: line.id };
  // A reply ends or turns the way through a campaign; an opt-out wakes them itself.
  if (words !== 'opt_out') await wakeLeads(tx, workspaceId, leadIds, deps.ids, now);
  if (words === 'opt_out') events.push(...(await optOut(deps, tx, workspaceId, wish, now)).events);
  if (words === 'opt_in') events.push(...(await optIn(deps, tx, workspaceId, wish, now)));
  await insertEvents(tx, workspaceId, events);
}

async function makeLead(
  deps: Deps,
  tx: Sql,
  { workspaceId, address }: Inbound,
  ownerEmail: string | null,
  now: number,
): Promise<string> {
  const listId = await ensureSpecialList(tx, workspaceId, 'inbound', deps.ids(), now);
  const id = deps.ids();
  const phone = isPhone(address) ? address : null;
  await insertLead(
    tx,
    workspaceId,
    {
      id,
      listId,
      firstName: null,
      lastName: null,
      phone,
      email: phone === null ? address : null,
      altPhones: [],
      altEmails: [],
      source: 'inbound',
      contactOwnerEmail: ownerEmail,
      hsContactId: null,
      hsPortalId: null,
      ghlContactId: null,
      ghlLocationId: null,
    },
    deps.ids,
    now,
  );
  return id;
}

function event(
  deps: Deps,
  about: { type: string; messageId: string | null; leadId: string; lineId: string; now: number },
): NewEvent {
  const { type, messageId, leadId, lineId, now } = about;
  return { id: deps.ids(), type, messageId, leadId, lineId, at: now, data: {} };
}
