/** How long a dispatcher may keep a message to itself. Whatever it does must be over a part of the margin earlier. */

import { FETCH_MS } from '../actions/attachments/fetch-file.ts';
import { ANSWER_WITHIN_MS } from '../actions/campaigns/http-conditions.ts';
import type { Deps } from '../deps.ts';
import type { LineRow } from '../store/lines/lines.ts';

/** What comes after the download: looking at the file, and storing it. */
const KEEP_MS = 30_000;
/** An attempt must be over before its lease is, so that it can still be settled: by this part of the margin. */
const SETTLE_SHARE = 1 / 3;

type LeaseDeps = Pick<Deps, 'channels' | 'config'>;

export function handOverUntil({ channels, config }: LeaseDeps, line: LineRow, now: number): number {
  return now + (channels.get(line.transport)?.sendTimeoutMs ?? 0) + config.leaseMarginMs;
}

/** HTTP conditions are asked at once, and then all attachments of a message are fetched at once. */
export function fetchUntil({ config }: LeaseDeps, now: number): number {
  return now + ANSWER_WITHIN_MS + FETCH_MS + KEEP_MS + config.leaseMarginMs;
}

export function settleMs({ config }: LeaseDeps): number {
  return config.leaseMarginMs * SETTLE_SHARE;
}
