/**
 * A line's pace over many sends in a row: the rules of pacing.ts, with days and hours looked up once each instead of
 * once per message. What it opens and when is the same; its test holds it against them.
 */
import { dayAt, startOfNextDay } from './day.ts';
import { hourOf, type LinePace, NEVER, type PaceGate, usageAt } from './pacing.ts';

const HOUR_MS = 3_600_000;

/** Shared by the lines on a device. */
export interface DeviceWalk {
  lastSendAt: number | null;
}

export class PaceWalk {
  readonly device: DeviceWalk;
  readonly #pace: LinePace;
  /** Of the last send, in the zone of the caps. */
  today: string;
  #newToday: number;
  #totalToday: number;
  #newThisHour: number;
  #dayEndsAt: number;
  #hourEndsAt: number;
  #lastFirstTouchAt: number | null;

  constructor(pace: LinePace, now: number, device: DeviceWalk) {
    const usage = usageAt(pace, now);
    this.#pace = pace;
    this.device = device;
    this.#newToday = usage.newConversations;
    this.#totalToday = usage.totalMessages;
    this.#newThisHour = usage.newConversationsHour;
    this.today = dayAt(pace.capTimezone, now);
    this.#dayEndsAt = startOfNextDay(pace.capTimezone, now);
    this.#hourEndsAt = usage.hour + HOUR_MS;
    this.#lastFirstTouchAt = pace.lastFirstTouchAt;
  }

  /** When the line may take such a message, as far as is known at `now`, and which gate says so; perhaps NEVER. */
  opens(now: number, firstTouch: boolean): { at: number; gate: PaceGate | null } {
    this.#moveTo(now);
    const { dailyTotalMessagesLimit, dailyNewConversationsLimit, hourlyNewConversationsLimit } = this.#pace;
    let at = now;
    let gate: PaceGate | null = null;
    const shut = (name: PaceGate, opensAt: number) => {
      if (opensAt <= at) return;
      at = opensAt;
      gate = name;
    };
    const capped = (name: PaceGate, limit: number | null, used: number, resetAt: number) => {
      if (limit !== null && used >= limit) shut(name, limit === 0 ? NEVER : resetAt);
    };
    capped('daily_cap', dailyTotalMessagesLimit, this.#totalToday, this.#dayEndsAt);
    if (firstTouch) {
      capped('first_touch_cap', dailyNewConversationsLimit, this.#newToday, this.#dayEndsAt);
      capped('hourly_cap', hourlyNewConversationsLimit, this.#newThisHour, this.#hourEndsAt);
      if (this.#lastFirstTouchAt !== null)
        shut('contact_gap', this.#lastFirstTouchAt + this.#pace.contactGapMs);
    }
    if (this.device.lastSendAt !== null) shut('device_gap', this.device.lastSendAt + this.#pace.deviceGapMs);
    return { at, gate };
  }

  /** The caller has seen that it may. */
  take(now: number, firstTouch: boolean, gaps: number): void {
    this.#moveTo(now);
    this.#totalToday += 1;
    this.device.lastSendAt = now + (gaps - 1) * this.#pace.deviceGapMs;
    if (!firstTouch) return;
    this.#newToday += 1;
    this.#newThisHour += 1;
    this.#lastFirstTouchAt = now;
  }

  #moveTo(now: number): void {
    if (now >= this.#dayEndsAt) {
      this.today = dayAt(this.#pace.capTimezone, now);
      this.#dayEndsAt = startOfNextDay(this.#pace.capTimezone, now);
      this.#newToday = 0;
      this.#totalToday = 0;
    }
    if (now >= this.#hourEndsAt) {
      this.#hourEndsAt = hourOf(now) + HOUR_MS;
      this.#newThisHour = 0;
    }
  }
}
