/** Writes chat.db as Messages does: row by row, each in its own commit, the conversation after the message. */
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { attributedBody } from './archive.ts';
import { MACOS_26, SCHEMA } from './schema.ts';

export type MacOs = 15 | 26;

export interface Wish {
  address: string;
  isFromMe: boolean;
  /** Null: none at all, as on a ghost. */
  text: string | null;
  service?: string;
  at?: number;
  isJoined?: boolean;
  /** The members of a group; absent: a direct conversation. */
  group?: readonly string[];
  isOldStyle?: boolean;
  columns?: Record<string, string | number | null>;
}

export interface FileWish {
  name: string;
  /** `~/Library/Messages/…`; null: not received yet. */
  path: string | null;
  mimeType: string;
  sizeBytes: number;
  isHidden?: boolean;
}

/** Nanoseconds since 2001, which no JavaScript number holds. */
export const appleTime = (at: number) => BigInt(Math.round(at - 978_307_200_000)) * 1_000_000n;

export function createRows(file: string, macOs: MacOs) {
  const db = new DatabaseSync(file, { timeout: 5_000 });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
  db.exec(SCHEMA);
  if (macOs === 26) db.exec(MACOS_26);

  const one = (sql: string, ...values: (string | number)[]) =>
    db.prepare(sql).get(...values) as { id: number } | undefined;

  function handleOf(address: string, service: string): number {
    db.prepare('INSERT OR IGNORE INTO handle (id, service, country) VALUES (?, ?, ?)').run(
      address,
      service,
      'us',
    );
    return one('SELECT ROWID AS id FROM handle WHERE id = ? AND service = ?', address, service)?.id ?? 0;
  }

  function chatOf(identifier: string, service: string, members: readonly string[], isGroup: boolean): number {
    const guid = `${macOs === 26 ? 'any' : service};${isGroup ? '+' : '-'};${identifier}`;
    db.prepare(
      'INSERT OR IGNORE INTO chat (guid, style, chat_identifier, service_name, state) VALUES (?, ?, ?, ?, 3)',
    ).run(guid, isGroup ? 43 : 45, identifier, service);
    const chat = one('SELECT ROWID AS id FROM chat WHERE guid = ?', guid)?.id ?? 0;
    for (const member of members) {
      db.prepare('INSERT OR IGNORE INTO chat_handle_join (chat_id, handle_id) VALUES (?, ?)').run(
        chat,
        handleOf(member, service),
      );
    }
    return chat;
  }

  return {
    db,
    /** Answers the GUID of the row. */
    add(wish: Wish): string {
      const { address, isFromMe, text, service = 'iMessage', at = Date.now(), isJoined = true, group } = wish;
      const guid = randomUUID().toUpperCase();
      const columns: Record<string, string | number | bigint | Buffer | null> = {
        guid,
        // Outgoing rows keep their text in the archive alone.
        text: wish.isOldStyle || !isFromMe ? text : null,
        attributedBody: text === null || wish.isOldStyle ? null : attributedBody(text, isFromMe),
        handle_id: handleOf(address, service),
        service,
        date: appleTime(at),
        date_read: 0,
        date_delivered: 0,
        is_from_me: isFromMe ? 1 : 0,
        is_finished: 1,
        ...wish.columns,
      };
      const names = Object.keys(columns);
      db.prepare(`INSERT INTO message (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(
        ...Object.values(columns),
      );
      if (isJoined) {
        const identifier = group === undefined ? address : `chat${group.join('').replaceAll(/\D/g, '')}`;
        const chat = chatOf(identifier, service, group ?? [address], group !== undefined);
        db.prepare(
          'INSERT INTO chat_message_join (chat_id, message_id, message_date) SELECT ?, ROWID, date FROM message WHERE guid = ?',
        ).run(chat, guid);
      }
      return guid;
    },
    attach(message: string, { name, path, mimeType, sizeBytes, isHidden = false }: FileWish): string {
      const guid = `at_0_${randomUUID().toUpperCase()}`;
      db.prepare(
        `INSERT INTO attachment (guid, original_guid, filename, transfer_name, mime_type, total_bytes, transfer_state,
           hide_attachment) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(guid, guid, path, name, mimeType, sizeBytes, path === null ? 0 : 5, isHidden ? 1 : 0);
      db.prepare(
        `INSERT INTO message_attachment_join (message_id, attachment_id)
         SELECT m.ROWID, a.ROWID FROM message m, attachment a WHERE m.guid = ? AND a.guid = ?`,
      ).run(message, guid);
      return guid;
    },
    /** Instants in epoch ms for columns whose name begins with `date`. */
    change(guid: string, columns: Record<string, string | number | null>): void {
      const names = Object.keys(columns);
      const values = names.map((name) => {
        const value = columns[name] ?? null;
        return name.startsWith('date') && typeof value === 'number' ? appleTime(value) : value;
      });
      db.prepare(`UPDATE message SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE guid = ?`).run(
        ...values,
        guid,
      );
    },
    chatExists: (guid: string) => one('SELECT ROWID AS id FROM chat WHERE guid = ?', guid) !== undefined,
    close: () => db.close(),
  };
}

export type Rows = ReturnType<typeof createRows>;
