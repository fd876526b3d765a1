/**
 * Whether a message whose answer was lost left (D20). The Mac keeps no reference of ours: a lost message is known by
 * address, text, file names and time, and by belonging to no other message of ours.
 *   * "Absent" is only said when no request can still be under way in the server: it goes on by itself when a connection
 *     is lost.
 *   * A row with an error did not arrive, and is no copy.
 *   * A row without words or conversation may be anything: then nobody can tell.
 *   * Files may have gone apart from their text. Some there and some not can be mended by nobody.
 * Somebody who types the very same words on the Mac in these minutes is taken for us.
 */

import type { Finding } from '../domain/outcome.ts';
import type { BlueBubblesApi, BlueBubblesMessage, ServerInfo } from './api.ts';
import {
  clocksApartMs,
  filesOf,
  isGhost,
  isSameFile,
  isSameText,
  listSentSince,
  personOf,
  textOf,
} from './rows.ts';
import type { BlueBubblesServer } from './settings.ts';

/** What is known of an attempt that got no answer. */
export interface LostMessage {
  /** The addresses it may have gone to, likeliest first. */
  addresses: readonly string[];
  /** null when that can't be told any more. */
  text: string | null;
  attachmentNames: readonly string[];
  /** When this attempt began, and the first one of this message; epoch ms. */
  startedAt: number;
  firstStartedAt: number;
  /** True when another message of ours is known to be this row. */
  isClaimed(guid: string): boolean | Promise<boolean>;
  /** True while what is found may be another message of ours. Asked after the server and before `isClaimed`. */
  isContested(): Promise<boolean>;
}

export interface LookLimits {
  now: number;
  /** How long after its start an attempt may still bring a row; ms. */
  quietMs: number;
}

const undecided = (message: string, final = false): Finding => ({ finding: 'undecided', message, final });

export async function findLostMessage(
  api: BlueBubblesApi,
  server: BlueBubblesServer,
  info: ServerInfo,
  reference: string,
  lost: LostMessage,
  { now, quietMs }: LookLimits,
): Promise<Finding> {
  if (lost.text === null) return undecided('Nobody knows any more what exactly it said');
  const rows = await listSentSince(api, server, lost.firstStartedAt - clocksApartMs(info));
  if (typeof rows === 'string') return undecided(rows);
  // Only now, so that whatever began since is not among the rows.
  if (await lost.isContested()) return undecided('Another message to the same address is not settled yet');

  let parts = false;
  for (const address of lost.addresses) {
    const there = rows.filter((row) => row.error === 0 && personOf(row) === address);
    const found = await gather(there, reference, lost.text, lost);
    if (found === 'parts') parts = true;
    else if (found !== null) return { finding: 'found', externalMessageId: found, address };
  }
  const isOver = now >= lost.startedAt + quietMs;
  if (parts) return undecided('Only a part of it left', isOver);
  if (rows.some((row) => isGhost(row) && row.error === 0 && lost.addresses.includes(personOf(row) ?? '')))
    return undecided('The Mac holds an empty message to this address');
  return isOver ? { finding: 'absent' } : undecided('The Mac may still be sending it');
}

/** The id of the whole message among the rows of one conversation; `parts` when only some of it is there. */
async function gather(
  rows: readonly BlueBubblesMessage[],
  reference: string,
  text: string,
  { attachmentNames, isClaimed }: LostMessage,
): Promise<string | 'parts' | null> {
  let saysAll = text.trim() === '';
  let missing = attachmentNames.map((name, index) => ({ name, index }));
  let id: string | null = null;
  for (const row of rows) {
    const files = filesOf(row).map(({ transferName }) => transferName ?? '');
    const saysIt = !saysAll && isSameText(textOf(row), text);
    const left = withoutThose(missing, files, reference);
    // Words beside a stranger's file, or a file beside a stranger's words, are somebody else's.
    const hasFiles = left.length < missing.length;
    const isOurs = files.length > 0 ? hasFiles && (saysIt || textOf(row) === '') : saysIt;
    if (!isOurs || (await isClaimed(row.guid))) continue;
    if (saysIt) saysAll = true;
    missing = left;
    // Of several rows, the words are what stands for the whole.
    if (saysIt || id === null) id = row.guid;
    if (saysAll && missing.length === 0) return id;
  }
  return id === null ? null : 'parts';
}

interface Named {
  name: string;
  index: number;
}

/** Each of the row's files stands for one of ours at most. */
function withoutThose(missing: readonly Named[], files: readonly string[], reference: string): Named[] {
  const left = [...missing];
  for (const file of files) {
    const at = left.findIndex(({ name, index }) => isSameFile(file, name, reference, index));
    if (at !== -1) left.splice(at, 1);
  }
  return left;
}
