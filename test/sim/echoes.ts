/** What recipients and carriers send back, brought to the door: receipts and replies, some of them twice. */
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import { recordReceipts } from '../../src/actions/news/record-receipts.ts';
import type { ChannelLine } from '../../src/channels/channel.ts';
import { readOptOut } from '../../src/domain/opt-out.ts';
import { findLeadIdsByAddress } from '../../src/store/leads/leads.ts';
import type { Echo } from './carrier-script.ts';
import type { HandOver } from './history.ts';
import type { World } from './world.ts';

export interface Letter {
  workspaceId: string;
  lineId: string;
  address: string;
  text: string;
  /** The device's own id; a second letter with the same one is the same letter. */
  id: string;
}

export function echoLater(world: World, echo: Echo, of: HandOver): void {
  world.quietUntil = Math.max(world.quietUntil, world.clock.monotonic + echo.afterMs);
  void world.clock.sleep(echo.afterMs).then(() => deliverEcho(world, echo, of));
}

export function optOutLater(world: World, line: ChannelLine, address: string, afterMs: number): void {
  const { workspaceId, lineId } = line;
  const letter = { workspaceId, lineId, address, text: 'STOP', id: `stop-${address}-${world.clock.now()}` };
  void world.clock.sleep(afterMs).then(() => receiveLetter(world, letter));
}

async function deliverEcho(world: World, { kind, text }: Echo, handOver: HandOver): Promise<void> {
  const { messageId, workspaceId, lineId, address } = handOver;
  if (kind === 'reply') {
    return receiveLetter(world, { workspaceId, lineId, address, text, id: `reply-${messageId}` });
  }
  world.tell(`receipt: ${kind}`, { messageId, lineId });
  // Nothing here tells a repetition from news: that is left to the app.
  const take = async () => [{ messageId, kind }];
  await world.expect(`receipt ${kind}`, recordReceipts(world.front.deps, workspaceId, take));
}

/** Somebody writes to one of our lines. */
export async function receiveLetter(world: World, letter: Letter): Promise<void> {
  const { workspaceId, lineId, address, text, id } = letter;
  const { history, front, clock } = world;
  world.tell(`${address} writes "${text}"`, { lineId });
  const inbound = { workspaceId, lineId, address, message: text, externalMessageId: id };
  await world.expect(
    'an inbound message',
    receiveInbound(world.front.deps, inbound, async () => true),
  );
  const isNew = !history.letters.has(`${lineId} ${id}`);
  history.letters.add(`${lineId} ${id}`);
  const words = readOptOut(text);
  if (words === null || !isNew) return;
  const wasOut = history.workspace(workspaceId).optedOut.get(address)?.latest ?? false;
  if (words === 'opt_in' && !wasOut) return;
  const leadIds = await findLeadIdsByAddress(front.deps.database, workspaceId, address);
  history.noteOptOut(workspaceId, [address, ...leadIds], clock.now(), words === 'opt_out');
}
