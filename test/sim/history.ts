/**
 * What the judge knows: what was asked for, what was set and when, and what reached the carriers. Written by the world
 * around the app and from the app's own events, never from the tables it decides by.
 */
import type { SendMessage } from '../../src/contract/messages/messages.ts';
import type { SendWindow } from '../../src/domain/window.ts';
import type { LineDownPolicy, MessageStatus, MessageType } from '../../src/domain/words.ts';
import { Timeline } from './timeline.ts';

/** One `POST /api/messages`, however often it was repeated. */
export interface Ask {
  /** Travels as batchId, so that what became of it is found even when the answer was lost. */
  id: string;
  workspaceId: string;
  request: SendMessage;
  /** The message it was told of; null while no answer came. */
  answered: string | null;
}

/** What binds the sending of a message, as it was asked for last. */
export interface Terms {
  window: SendWindow | null;
  scheduledDate: number | null;
  expiresAt: number | null;
}

/** One call of `send` on a channel. */
export interface HandOver {
  messageId: string;
  attempt: number;
  workspaceId: string;
  lineId: string;
  address: string;
  /** Wall clock, and the clock that never steps. */
  at: number;
  begun: number;
  /** Clock that never steps; null while the carrier has not answered. */
  answered: number | null;
  /** When a copy was there; null when none is. */
  landedAt: number | null;
  sender: { readonly isAlive: boolean };
}

/** One lease. */
export interface Attempt {
  story: Story;
  number: number;
  lineId: string;
  leasedAt: number;
  /** When cap and gap were taken last: with the lease, or anew at the hand-over. The line counts it for this day and hour. */
  reservedAt: number;
  /** As the app counted it. */
  firstTouch: boolean;
  /** What the app says came of it; null while it doesn't know. */
  end: 'left' | 'returned' | 'unclear' | null;
  /** True once the world holds a copy of it. */
  landed: boolean;
}

export interface SeenEvent {
  workspaceId: string;
  id: string;
  type: string;
  messageId: string | null;
  leadId: string | null;
  lineId: string | null;
  at: number;
  data: Record<string, unknown>;
  /** What the message was before, by the events so far; null at its birth. */
  before: MessageStatus | null;
}

/** A message, told by its events and by the world. */
export interface Story {
  id: string;
  workspaceId: string;
  leadId: string;
  messageType: MessageType;
  fallbackOf: string | null;
  hasPhone: boolean;
  ask: Ask | null;
  /** Of a campaign; `way`: one lead's, one time through it. */
  step: { campaignId: string; key: string; way: string } | null;
  terms: Terms;
  status: MessageStatus;
  lineId: string;
  events: SeenEvent[];
  attempts: Attempt[];
  cancelledAt: number | null;
  /** Since when nothing but its turn keeps it back, as far as was seen; by the clock that never steps. */
  readySince: number | null;
  /** The lowest class it had since then: a reply of its contact raises it. */
  readyAs: number;
}

export interface LineSettings {
  isActive: boolean;
  dailyTotal: number | null;
  dailyNew: number | null;
  hourlyNew: number | null;
  contactGapMs: number;
}

export interface LineRecord {
  id: string;
  workspaceId: string;
  messageType: MessageType;
  deviceId: string;
  capTimezone: string;
  /** Whether its health is asked after. */
  isWatched: boolean;
  settings: Timeline<LineSettings>;
  healthy: Timeline<boolean>;
  attempts: Attempt[];
  /** When each lead first wrote to it. */
  wroteFirst: Map<string, number>;
}

export interface FallbackSettings {
  enabled: boolean;
  onFailed: boolean;
}

export interface WorkspaceRecord {
  id: string;
  lineDownPolicy: LineDownPolicy;
  pastDue: Timeline<boolean>;
  fallback: Timeline<FallbackSettings>;
  /** By address, and by lead. */
  optedOut: Map<string, Timeline<boolean>>;
}

/** What conditions ask about a contact, as the world has set it. */
export interface ContactRecord {
  /** Has the tag. */
  customer: Timeline<boolean>;
  /** By a field of its own. */
  lost: Timeline<boolean>;
  /** By the server that knows of deals. */
  won: Timeline<boolean>;
}

export interface CampaignRecord {
  id: string;
  workspaceId: string;
  steps: { key: string; waitMs: number; stops: readonly (keyof ContactRecord)[] }[];
  stopsOnReply: boolean;
  window: SendWindow | null;
  paused: Timeline<boolean>;
}

export class History {
  readonly asks = new Map<string, Ask>();
  readonly stories = new Map<string, Story>();
  readonly campaigns = new Map<string, CampaignRecord>();
  readonly #contacts = new Map<string, ContactRecord>();
  /** Steps by way, in the order in which they were seen. */
  readonly ways = new Map<string, Story[]>();
  /** When each lead wrote. */
  readonly replies = new Map<string, number[]>();
  readonly lines = new Map<string, LineRecord>();
  readonly workspaces = new Map<string, WorkspaceRecord>();
  readonly deviceGaps = new Map<string, Timeline<number>>();
  /** By message, also of messages that no event told of yet. */
  readonly #handOvers = new Map<string, HandOver[]>();
  #newHandOvers: HandOver[] = [];
  #newLandings: HandOver[] = [];
  #awaiting: ((handOver: HandOver) => void)[] = [];
  /** Changes of messages that the app took, until their events are seen. */
  readonly edits = new Map<string, Partial<Terms>[]>();
  /** `<line> <id>` of what people wrote. */
  readonly letters = new Set<string>();
  /** Last time the wall clock stepped, by the clock that never does. */
  steppedAt = Number.NEGATIVE_INFINITY;

  line(id: string): LineRecord {
    return found(this.lines.get(id), `line ${id}`);
  }

  workspace(id: string): WorkspaceRecord {
    return found(this.workspaces.get(id), `workspace ${id}`);
  }

  /** By the lead's id. */
  contact(id: string): ContactRecord {
    const known = this.#contacts.get(id);
    if (known !== undefined) return known;
    const fresh = { customer: new Timeline(false), lost: new Timeline(false), won: new Timeline(false) };
    this.#contacts.set(id, fresh);
    return fresh;
  }

  campaign(id: string): CampaignRecord {
    return found(this.campaigns.get(id), `campaign ${id}`);
  }

  story(id: string): Story {
    return found(this.stories.get(id), `message ${id}`);
  }

  handOversOf(messageId: string): readonly HandOver[] {
    return this.#handOvers.get(messageId) ?? [];
  }

  noteHandOver(handOver: HandOver): void {
    const list = this.#handOvers.get(handOver.messageId) ?? [];
    list.push(handOver);
    this.#handOvers.set(handOver.messageId, list);
    this.#newHandOvers.push(handOver);
    for (const tell of this.#awaiting.splice(0)) tell(handOver);
  }

  /** Resolves when the next send begins. */
  nextHandOver(): Promise<HandOver> {
    return new Promise((resolve) => this.#awaiting.push(resolve));
  }

  noteLanding(handOver: HandOver, at: number): void {
    handOver.landedAt = at;
    this.#newLandings.push(handOver);
  }

  get hasNews(): boolean {
    return this.#newHandOvers.length > 0 || this.#newLandings.length > 0;
  }

  /** Messages with an attempt whose end the app has not told yet. */
  underWay(): string[] {
    return [...this.stories.values()]
      .filter((story) => story.attempts.at(-1)?.end === null)
      .map(({ id }) => id);
  }

  /** What happened at the carriers since the last call. */
  takeNews(): { handOvers: HandOver[]; landings: HandOver[] } {
    const news = { handOvers: this.#newHandOvers, landings: this.#newLandings };
    this.#newHandOvers = [];
    this.#newLandings = [];
    return news;
  }

  noteOptOut(workspaceId: string, whom: readonly string[], at: number, out: boolean): void {
    const { optedOut } = this.workspace(workspaceId);
    for (const who of whom) {
      const timeline = optedOut.get(who) ?? new Timeline(false);
      timeline.set(at, out);
      optedOut.set(who, timeline);
    }
  }
}

function found<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) throw new Error(`nothing is known of ${what}`);
  return thing;
}
