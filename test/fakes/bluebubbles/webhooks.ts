/** The server's webhooks: told once, answers ignored, in no order; and as a test makes them go wrong. */
export const EVENTS = [
  '*',
  'new-message',
  'updated-message',
  'message-send-error',
  'group-name-change',
  'group-icon-changed',
  'group-icon-removed',
  'participant-removed',
  'participant-added',
  'participant-left',
  'chat-read-status-changed',
  'typing-indicator',
  'scheduled-message-error',
  'server-update',
  'new-server',
  'new-findmy-location',
  'hello-world',
  'incoming-facetime',
  'ft-call-status-changed',
  'imessage-alias-removed',
  'theme-backup-created',
  'theme-backup-updated',
  'theme-backup-deleted',
  'settings-backup-created',
  'settings-backup-updated',
  'settings-backup-deleted',
];

export interface Webhook {
  id: number;
  url: string;
  events: string[];
  created: number;
}

export class Webhooks {
  list: Webhook[] = [];
  /** What the next calls meet. */
  weather: 'fair' | 'lost' | 'twice' | 'reversed' = 'fair';
  /** Everything that was to be told. */
  readonly told: { type: string; data: unknown }[] = [];
  #nextId = 1;
  #held: (() => void)[] = [];

  /** The same URL is the same webhook, whatever events it names this time. */
  add(url: string, events: string[]): Webhook {
    const before = this.list.find((each) => each.url === url);
    if (before !== undefined) return before;
    const webhook = { id: this.#nextId, url, events, created: Date.now() };
    this.#nextId += 1;
    this.list.push(webhook);
    return webhook;
  }

  remove(id: number): boolean {
    const before = this.list.length;
    this.list = this.list.filter((each) => each.id !== id);
    return this.list.length < before;
  }

  emit(type: string, data: unknown): void {
    this.told.push({ type, data });
    for (const { url, events } of this.list) {
      if (!events.includes('*') && !events.includes(type)) continue;
      const call = () => {
        const body = JSON.stringify({ type, data });
        // Nobody there hears of it when this fails.
        fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).catch(() => {});
      };
      if (this.weather === 'lost') continue;
      if (this.weather === 'reversed') {
        this.#held.unshift(call);
        if (this.#held.length >= 2) for (const each of this.#held.splice(0)) each();
        continue;
      }
      call();
      if (this.weather === 'twice') call();
    }
  }
}
