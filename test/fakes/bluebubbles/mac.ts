/** The Mac behind the server: its chat.db in memory, and what becomes of the messages in it. */
import { randomUUID } from 'node:crypto';
import { type Deed, deedOf, type Timings } from './people.ts';

export interface Chat {
  rowid: number;
  guid: string;
  identifier: string;
  isGroup: boolean;
}
export interface StoredFile {
  guid: string;
  name: string;
  mimeType: string;
  bytes: Buffer;
}
export interface Row {
  rowid: number;
  guid: string;
  /** Who wrote it, or was written to. */
  handle: string;
  /** null: joined to no conversation. */
  chat: Chat | null;
  text: string | null;
  files: StoredFile[];
  isFromMe: boolean;
  isAudio: boolean;
  error: number;
  /** Epoch ms. */
  date: number;
  delivered: number | null;
  read: number | null;
  about: { guid: string; type: string } | null;
  /** Only the fake remembers it: chat.db has no such column. */
  tempGuid: string | null;
}
export type Change = 'new' | 'updated';

export interface MacOptions {
  /** 26 names conversations `any;-;…`, 15 `iMessage;-;…`. */
  macos: 15 | 26;
  timings: Timings;
  /** Added to the Mac's clock, in ms. */
  skewMs: number;
  onChange(change: Change, row: Row): void;
}

export class Mac {
  readonly chats = new Map<string, Chat>();
  rows: Row[] = [];
  macos: 15 | 26;
  skewMs: number;
  #nextRow = 1;
  readonly #options: MacOptions;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: MacOptions) {
    this.#options = options;
    this.macos = options.macos;
    this.skewMs = options.skewMs;
  }

  now(): number {
    return Date.now() + this.skewMs;
  }

  guidOf(address: string): string {
    return `${this.macos === 26 ? 'any' : 'iMessage'};-;${address}`;
  }

  openChat(address: string, isGroup = false): Chat {
    const guid = isGroup ? `${this.macos === 26 ? 'any' : 'iMessage'};+;${address}` : this.guidOf(address);
    const chat = this.chats.get(guid) ?? { rowid: this.chats.size + 1, guid, identifier: address, isGroup };
    this.chats.set(guid, chat);
    return chat;
  }

  /** Rows are numbered anew, as on another Mac. */
  exchange(): void {
    this.rows = [];
    this.#nextRow = 1;
  }

  /** Numbers that no row has any more. */
  skipRows(count: number): void {
    this.#nextRow += count;
  }

  write(row: Partial<Row> & { handle: string }): Row {
    const chat = row.chat === undefined ? this.openChat(row.handle) : row.chat;
    const whole: Row = {
      guid: randomUUID().toUpperCase(),
      text: null,
      files: [],
      isFromMe: false,
      isAudio: false,
      error: 0,
      date: this.now(),
      delivered: null,
      read: null,
      about: null,
      tempGuid: null,
      ...row,
      chat,
      rowid: this.#nextRow,
    };
    this.#nextRow += 1;
    this.rows.push(whole);
    this.#options.onChange('new', whole);
    return whole;
  }

  /** Messages sends it; what becomes of it is up to whom it goes to. */
  send(address: string, what: Pick<Row, 'text' | 'files' | 'isAudio' | 'tempGuid'>): Row {
    const deed = deedOf(address);
    if (deed === 'ghost row')
      return this.write({ handle: address, chat: null, isFromMe: true, tempGuid: what.tempGuid });
    const error = deed === 'error at once' ? 4 : deed === 'row with an error' ? 22 : 0;
    const row = this.write({ ...what, handle: address, isFromMe: true, error });
    if (error === 0) this.#follow(row, deed);
    return row;
  }

  #follow(row: Row, deed: Deed): void {
    const { timings } = this.#options;
    const set = (changes: Partial<Row>, isTold = true) => {
      Object.assign(row, changes);
      if (isTold) this.#options.onChange('updated', row);
    };
    switch (deed) {
      // An error alone is told by no event.
      case 'not on iMessage':
      case 'error 22 later':
        this.#later(timings.error, () => set({ error: 22 }, false));
        return;
      case 'late error':
        this.#later(timings.lateError, () => set({ error: 4 }, false));
        return;
      case 'never delivered':
        return;
      default:
        this.#later(timings.delivered, () => set({ delivered: this.now() }));
        if (deed === 'read') this.#later(timings.read, () => set({ read: this.now() }));
        if (deed === 'replies STOP')
          this.#later(timings.reply, () => void this.write({ handle: row.handle, text: 'STOP' }));
    }
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
