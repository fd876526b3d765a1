/** Reading the Mac's messages: rows of a time, at an address, and whether they say what we said. */
import { normalizeAddress } from '../domain/address.ts';
import type { Answer, BlueBubblesApi, BlueBubblesMessage, ServerInfo } from './api.ts';
import type { BlueBubblesServer } from './settings.ts';

const PAGE = 500;
const MAX_PAGES = 10;
const TIMEOUT_MS = 20_000;
/** Statements are the server's raw SQL: only ever these, with numbers. */
const FROM_ME = { statement: 'message.is_from_me = :me', args: { me: 1 } };
/** Parts of a link's preview look like files. */
const PREVIEW = /\.pluginPayloadAttachment$/;
const OBJECT = /\ufffc/g;
const GROUP_STYLE = 43;

/** Beside what the server itself says, which it may not know. */
const CLOCKS_APART_MS = 60_000;

/** How far the Mac's clock may be from ours. */
export function clocksApartMs({ macos_time_sync: seconds }: ServerInfo): number {
  return CLOCKS_APART_MS + Math.abs(seconds ?? 0) * 1_000;
}

/** What was sent from the Mac since, oldest first; a sentence when it can't be told. */
export async function listSentSince(
  api: BlueBubblesApi,
  server: BlueBubblesServer,
  since: number,
): Promise<BlueBubblesMessage[] | string> {
  const rows: BlueBubblesMessage[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await queryMessages(api, server, {
      after: since,
      where: [FROM_ME],
      sort: 'ASC',
      offset: page * PAGE,
      limit: PAGE,
    });
    if (typeof answer === 'string') return answer;
    rows.push(...answer.rows);
    if (answer.rows.length < PAGE) return rows;
  }
  return 'Too much was sent from this Mac to look through';
}

export async function queryMessages(
  api: BlueBubblesApi,
  server: BlueBubblesServer,
  query: Readonly<Record<string, unknown>>,
): Promise<{ rows: BlueBubblesMessage[]; total: number } | string> {
  const json = { with: ['chats', 'attachments', 'attributedbody'], ...query };
  const answer = await api.call<BlueBubblesMessage[]>(server, 'message/query', {
    method: 'POST',
    json,
    timeoutMs: TIMEOUT_MS,
  });
  if (answer.got !== 'answer' || answer.status !== 200) return refusalOf(answer);
  const rows = Array.isArray(answer.data) ? answer.data : [];
  return { rows, total: answer.metadata.total ?? rows.length };
}

/** Why a question got no answer. */
export function refusalOf(answer: Answer): string {
  if (answer.got !== 'answer') return answer.message;
  return `The BlueBubbles server answered ${answer.status}: ${answer.error || answer.message}`;
}

/** The person a row went to or came from; null for groups. */
export function personOf({ chats, handle, cacheRoomnames }: BlueBubblesMessage): string | null {
  if (isOfGroup({ chats, cacheRoomnames } as BlueBubblesMessage)) return null;
  const [chat] = chats ?? [];
  const raw = chat?.chatIdentifier ?? chat?.guid.split(';').at(-1) ?? handle?.address;
  return raw === undefined ? null : (normalizeAddress(raw) ?? raw);
}

export function isOfGroup({ chats, cacheRoomnames }: BlueBubblesMessage): boolean {
  return (
    (chats ?? []).some(({ style, guid }) => style === GROUP_STYLE || guid.includes(';+;')) ||
    (typeof cacheRoomnames === 'string' && cacheRoomnames !== '')
  );
}

/** Written into no conversation and without words: what macOS leaves of a send that went astray. */
export function isGhost(row: BlueBubblesMessage): boolean {
  return (row.chats ?? []).length === 0 && textOf(row) === '' && filesOf(row).length === 0;
}

export function textOf({ text, attributedBody }: BlueBubblesMessage): string {
  return (text ?? attributedBody?.[0]?.string ?? '').replace(OBJECT, '').trim();
}

export function filesOf({ attachments }: BlueBubblesMessage) {
  return (attachments ?? []).filter(
    ({ transferName, hideAttachment }) => hideAttachment !== true && !PREVIEW.test(transferName ?? ''),
  );
}

/** Messages may curl quotes and drop blanks; letters, digits and signs of any script stay. */
export function isSameText(row: string, ours: string): boolean {
  return bare(row) === bare(ours);
}

function bare(text: string): string {
  const all = text.normalize('NFC').replace(OBJECT, '');
  const spoken = all.replace(/[^\p{L}\p{N}\p{S}]+/gu, '');
  return spoken === '' ? all.replace(/\s+/gu, '') : spoken;
}

const MAX_STEM = 80;

/** A name that no other send has: the server tells files of one conversation apart by their names alone. */
export function uniqueName(name: string, reference: string, index: number): string {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  return `${stem.slice(0, MAX_STEM)}-${reference.slice(-12)}${index + 1}${ending}`;
}

/** Under its own name, or as this very send named it. */
export function isSameFile(row: string, ours: string, reference: string, index: number): boolean {
  return isAlike(row, ours) || isAlike(row, uniqueName(ours, reference, index));
}

/** Files are converted on their way, so endings may differ. */
function isAlike(a: string, b: string): boolean {
  return stemOf(a) === stemOf(b);
}

function stemOf(name: string): string {
  return name
    .normalize('NFC')
    .replace(/\.[^.]*$/, '')
    .toLowerCase();
}
