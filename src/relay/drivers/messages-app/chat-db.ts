/**
 * What Messages wrote down: `~/Library/Messages/chat.db`, read and never written. Opened read-only but not `immutable`:
 * Messages goes on writing, and what it wrote last stands in the -wal file. Its tables differ between versions of macOS, so
 * columns that are not everywhere are asked for first.
 */
import { statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { textOfAttributedBody } from './typedstream.ts';

/** A message as Messages keeps it. Instants are epoch ms, null when it has none. */
export interface Row {
  row: number;
  guid: string;
  isFromMe: boolean;
  /** The other side, as Messages writes it; null in rows that belong to no handle. */
  handle: string | null;
  /** The conversations it stands in: usually one; none while Messages still writes it, and in those it lost. */
  chats: readonly { identifier: string; isGroup: boolean }[];
  /** Null when it holds none that can be read. */
  text: string | null;
  files: readonly { guid: string; name: string | null; mimeType: string | null; isHidden: boolean }[];
  /** Messages announces files before it knows them. */
  announcesFiles: boolean;
  service: string | null;
  error: number;
  isSent: boolean;
  isDelivered: boolean;
  wasDowngraded: boolean;
  /** 0 is a message; the others are notices, such as of who joined a group. */
  itemType: number;
  at: number | null;
  deliveredAt: number | null;
  readAt: number | null;
  subject: string | null;
  /** Of a tapback: what it is, and what it is about (`p:0/<guid>`). */
  associatedType: number;
  associatedGuid: string | null;
  associatedEmoji: string | null;
  /** The first message of the thread in which this one answers. */
  threadGuid: string | null;
}

export interface ChatDb {
  /** The newest row there ever was; later rows have higher numbers, also when this one is deleted. */
  newestRow(): number;
  /** Direct conversations with `address`, newest first. */
  chatsWith(address: string): { guid: string; service: string | null }[];
  /** Rows after `row`, oldest first. */
  rowsAfter(row: number, which: 'from-me' | 'from-others', limit: number): Row[];
  /** Rows from us, not older than `at` (epoch ms). */
  rowsFromMeSince(at: number, limit: number): Row[];
  rowsOf(guids: readonly string[]): Row[];
  /** Where the bytes of a file are, as Messages writes it (`~/Library/…`); null when there are none. */
  fileOf(guid: string): string | null;
  close(): void;
}

/** Throws, from every call, what keeps it from being read. */
export function openChatDb(path: string): ChatDb {
  let open: { db: DatabaseSync; inode: number; rows: string } | null = null;

  const close = () => {
    open?.db.close();
    open = null;
  };
  /** Messages may have begun a new file: a moved account, a restored backup. */
  const opened = () => {
    const { ino: inode } = statSync(path);
    if (open !== null && open.inode !== inode) close();
    if (open === null) {
      const db = new DatabaseSync(path, { readOnly: true, timeout: 2_000 });
      open = { db, inode, rows: '' };
      open.rows = selectRows(db);
    }
    return open;
  };
  const all = (sql: (rows: string) => string, ...values: SQLInputValue[]): Record<string, unknown>[] => {
    try {
      const { db, rows } = opened();
      return db.prepare(sql(rows)).all(...values);
    } catch (error) {
      close();
      throw error;
    }
  };

  return {
    newestRow() {
      const [newest] = all(
        () => `SELECT max(COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'message'), 0),
                          COALESCE((SELECT max(ROWID) FROM message), 0)) AS row`,
      );
      return Number(newest?.row ?? 0);
    },
    chatsWith: (address) =>
      all(
        () => `SELECT guid, service_name AS service FROM chat
               WHERE chat_identifier = ? COLLATE NOCASE AND style = 45 ORDER BY ROWID DESC`,
        address,
      ).map(({ guid, service }) => ({ guid: String(guid), service: textOrNull(service) })),
    rowsAfter: (row, which, limit) =>
      merged(
        all(
          (rows) => `SELECT * FROM (${rows}) WHERE row > ? AND is_from_me = ? ORDER BY row LIMIT ?`,
          row,
          which === 'from-me' ? 1 : 0,
          limit,
        ),
      ),
    rowsFromMeSince: (at, limit) =>
      merged(
        all(
          (rows) => `SELECT * FROM (${rows}) WHERE is_from_me = 1 AND at >= ? ORDER BY row LIMIT ?`,
          at,
          limit,
        ),
      ),
    rowsOf: (guids) =>
      merged(
        all(
          (rows) => `SELECT * FROM (${rows}) WHERE guid IN (SELECT value FROM json_each(?)) ORDER BY row`,
          JSON.stringify(guids),
        ),
      ),
    fileOf(guid) {
      const [file] = all(() => 'SELECT filename FROM attachment WHERE guid = ?', guid);
      return textOrNull(file?.filename);
    },
    close,
  };
}

/** One line for each message and conversation it stands in. */
function selectRows(db: DatabaseSync): string {
  const columns = (table: string) =>
    new Set(
      db
        .prepare('SELECT name FROM pragma_table_info(?)')
        .all(table)
        .map(({ name }) => String(name)),
    );
  const message = columns('message');
  const attachment = columns('attachment');
  if (message.size === 0) throw new Error('It holds no messages: this is not a database of Messages.');
  const column = (name: string) => (message.has(name) ? `m.${name}` : 'NULL');
  // Nanoseconds since 2001: more than a number of JavaScript holds, so they are divided here.
  const instant = (name: string) =>
    `CASE WHEN ${column(name)} > 0 THEN ${column(name)} / 1000000 + 978307200000 END`;
  return `
    SELECT m.ROWID AS row, m.guid, m.is_from_me, h.id AS handle,
      c.chat_identifier AS chat, c.style, m.text, ${column('attributedBody')} AS archive,
      (SELECT json_group_array(json_object('guid', a.guid, 'name', a.transfer_name, 'mimeType', a.mime_type,
              'isHidden', ${attachment.has('hide_attachment') ? 'a.hide_attachment' : '0'}))
       FROM message_attachment_join k JOIN attachment a ON a.ROWID = k.attachment_id
       WHERE k.message_id = m.ROWID) AS files,
      m.cache_has_attachments, m.service, m.error, m.is_sent, m.is_delivered,
      ${column('was_downgraded')} AS was_downgraded, ${column('item_type')} AS item_type,
      ${instant('date')} AS at, ${instant('date_delivered')} AS delivered_at, ${instant('date_read')} AS read_at,
      ${column('subject')} AS subject, ${column('associated_message_type')} AS associated_type,
      ${column('associated_message_guid')} AS associated_guid,
      ${column('associated_message_emoji')} AS associated_emoji,
      ${column('thread_originator_guid')} AS thread_guid
    FROM message m
    LEFT JOIN handle h ON h.ROWID = m.handle_id
    LEFT JOIN chat_message_join j ON j.message_id = m.ROWID
    LEFT JOIN chat c ON c.ROWID = j.chat_id`;
}

function merged(lines: readonly Record<string, unknown>[]): Row[] {
  const rows = new Map<number, Row>();
  for (const line of lines) {
    const chat = textOrNull(line.chat);
    const chats = chat === null ? [] : [{ identifier: chat, isGroup: Number(line.style) === 43 }];
    const row = Number(line.row);
    const known = rows.get(row);
    rows.set(row, known === undefined ? rowOf(line, chats) : { ...known, chats: [...known.chats, ...chats] });
  }
  return [...rows.values()];
}

function rowOf(line: Record<string, unknown>, chats: Row['chats']): Row {
  const files = JSON.parse(String(line.files ?? '[]')) as (Omit<Row['files'][number], 'isHidden'> & {
    isHidden: number | null;
  })[];
  return {
    row: Number(line.row),
    guid: String(line.guid),
    isFromMe: line.is_from_me === 1,
    handle: textOrNull(line.handle),
    chats,
    text: bodyOf(line),
    files: files.map((file) => ({ ...file, isHidden: file.isHidden === 1 })),
    announcesFiles: line.cache_has_attachments === 1,
    service: textOrNull(line.service),
    error: Number(line.error ?? 0),
    isSent: line.is_sent === 1,
    isDelivered: line.is_delivered === 1,
    wasDowngraded: line.was_downgraded === 1,
    itemType: Number(line.item_type ?? 0),
    at: numberOrNull(line.at),
    deliveredAt: numberOrNull(line.delivered_at),
    readAt: numberOrNull(line.read_at),
    subject: textOrNull(line.subject),
    associatedType: Number(line.associated_type ?? 0),
    associatedGuid: textOrNull(line.associated_guid),
    associatedEmoji: textOrNull(line.associated_emoji),
    threadGuid: textOrNull(line.thread_guid),
  };
}

function bodyOf({ text, archive }: Record<string, unknown>): string | null {
  if (typeof text === 'string' && text !== '') return text;
  return archive instanceof Uint8Array ? textOfAttributedBody(archive) : null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
