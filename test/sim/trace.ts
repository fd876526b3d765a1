/** What happened, kept for the day a run turns red. */
export interface TraceAbout {
  messageId?: string | null;
  lineId?: string | null;
}

interface Entry extends TraceAbout {
  at: number;
  text: string;
}

const KEPT = 50_000;
/** Of each kind, when a run turned red. */
const SHOWN = 20;

export class Trace {
  #entries: Entry[] = [];
  /** Of everything ever told: two runs of a seed agree on it, or they were not the same run. */
  #digest = 0x811c9dc5;

  add(at: number, text: string, { messageId = null, lineId = null }: TraceAbout): void {
    this.#entries.push({ at, text, messageId, lineId });
    if (this.#entries.length > 2 * KEPT) this.#entries = this.#entries.slice(-KEPT);
    for (const character of `${at} ${text} ${messageId} ${lineId}`) {
      this.#digest = Math.imul(this.#digest ^ character.charCodeAt(0), 0x01000193) >>> 0;
    }
  }

  get digest(): string {
    return this.#digest.toString(16).padStart(8, '0');
  }

  /** The last entries that concern the message, its line, and everybody, in their order. */
  last({ messageId = null, lineId = null }: TraceAbout, count = SHOWN): string[] {
    const ofMessage = this.#entries.filter((entry) => messageId !== null && entry.messageId === messageId);
    const ofLine = this.#entries.filter(
      (entry) => entry.lineId === lineId && (lineId !== null || entry.messageId === null),
    );
    const shown = new Set([...ofMessage.slice(-count), ...ofLine.slice(-count)]);
    return this.#entries.filter((entry) => shown.has(entry)).map(describe);
  }
}

function describe({ at, text, messageId, lineId }: Entry): string {
  const about = [messageId && `message ${messageId}`, lineId && `line ${lineId}`].filter(Boolean).join(', ');
  return `${new Date(at).toISOString()}  ${text}${about === '' ? '' : `  (${about})`}`;
}
