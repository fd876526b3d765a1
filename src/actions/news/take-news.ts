/**
 * Whatever a carrier tells, whichever way it came, is recorded here: receipts, replies, tapbacks, opt-outs, trouble of the
 * line. The same news twice changes nothing, so that whoever tells it may tell it again after a crash.
 */
import type { News, ReactionNews, ReceiptNews } from '../../channels/news.ts';
import type { Deps } from '../../deps.ts';
import { normalizeAddress } from '../../domain/address.ts';
import { isOutOfReach } from '../../lib/out-of-reach.ts';
import { insertEvents } from '../../store/events/events.ts';
import { findLine, type LineRow } from '../../store/lines/lines.ts';
import { noteReaction, readSentBy } from '../../store/lines/news.ts';
import { apart } from '../apart.ts';
import { noteHealth } from '../lines/check-line-health.ts';
import { lift, suppress } from '../opt-outs/suppress-address.ts';
import { receiveInbound } from './receive-inbound.ts';
import { type Receipt, recordReceipts } from './record-receipts.ts';

const RECEIPTS_PER_COMMIT = 100;

/** In their order. What can't be recorded for a fault of its own is logged and left out: it must not stop the rest. */
export async function takeNews(
  deps: Deps,
  workspaceId: string,
  lineId: string,
  news: readonly News[],
): Promise<void> {
  if (news.length === 0) return;
  const line = await findLine(deps.database, workspaceId, lineId);
  if (line === null) {
    deps.log.warn({ workspaceId, lineId }, 'news of an unknown line');
    return;
  }
  const aboutOf = (kind: News['news']) => ({ workspaceId, lineId, kind });
  const receipts = news.filter((each) => each.news === 'receipt');
  for (let start = 0; start < receipts.length; start += RECEIPTS_PER_COMMIT) {
    const some = receipts.slice(start, start + RECEIPTS_PER_COMMIT).map(receiptOf);
    try {
      await takeReceipts(deps, line, some);
    } catch (error) {
      if (isOutOfReach(error)) throw error;
      // One that can't be recorded must not take the others with it.
      for (const each of some) await apart(deps, aboutOf('receipt'), () => takeReceipts(deps, line, [each]));
    }
  }
  for (const each of news) {
    if (each.news !== 'receipt') await apart(deps, aboutOf(each.news), () => take(deps, line, each));
  }
}

/** Only of messages that the line sent, or tried to: who holds a line may speak for no other. */
function takeReceipts(deps: Deps, { workspaceId, id }: LineRow, receipts: readonly Receipt[]): Promise<void> {
  return recordReceipts(deps, workspaceId, async (tx) => {
    const ids = receipts.map(({ messageId }) => messageId);
    const ours = await readSentBy(tx, workspaceId, id, ids);
    return receipts.filter(({ messageId }) => ours.has(messageId));
  });
}

async function take(deps: Deps, line: LineRow, news: Exclude<News, ReceiptNews>): Promise<void> {
  const { workspaceId, id: lineId } = line;
  const now = deps.clock.now();
  switch (news.news) {
    case 'inbound': {
      const address = senderOf(deps, line, news.from);
      if (address === null) return;
      return receiveInbound(deps, {
        workspaceId,
        lineId,
        address,
        message: news.text,
        subject: news.subject ?? null,
        inReplyTo: news.inReplyTo ?? null,
        externalMessageId: news.externalMessageId,
        at: Math.min(news.at ?? now, now),
        attachments: news.attachments ?? [],
      });
    }
    case 'reaction':
      return takeReaction(deps, line, news, now);
    case 'suppression':
    case 'lifted': {
      const address = normalizeAddress(news.address);
      if (address === null) return;
      const { words, id: origin } = news;
      await deps.database.transaction(async (tx) => {
        if (news.news === 'lifted') return lift(deps, tx, workspaceId, line, { address, words, origin }, now);
        const told = { address, source: news.source, words, origin };
        await insertEvents(tx, workspaceId, await suppress(deps, tx, workspaceId, line, told, now));
      });
      return;
    }
    case 'line':
      return noteHealth(deps, workspaceId, lineId, news.health, news.message);
  }
}

async function takeReaction(deps: Deps, line: LineRow, news: ReactionNews, now: number): Promise<void> {
  const address = senderOf(deps, line, news.from);
  if (address === null) return;
  await noteReaction(deps.database, line.workspaceId, line.id, {
    target: news.targetExternalMessageId,
    address,
    reaction: news.reaction,
    isRemoved: news.isRemoved,
    at: Math.min(news.at ?? now, now),
  });
}

/** Short codes and names have nobody behind them who could be a contact. */
function senderOf(deps: Deps, line: LineRow, from: string): string | null {
  const address = normalizeAddress(from);
  if (address === null)
    deps.log.info({ workspaceId: line.workspaceId, lineId: line.id, from }, 'nobody to answer: not stored');
  return address;
}

function receiptOf({ reference, receipt, externalMessageId, at, code, message }: ReceiptNews): Receipt {
  return {
    messageId: reference,
    kind: receipt,
    ...(externalMessageId === undefined ? {} : { externalMessageId }),
    ...(at === undefined ? {} : { at }),
    ...(message === undefined ? {} : { errorMessage: message }),
    ...(code === undefined ? {} : { errorCode: code }),
  };
}
