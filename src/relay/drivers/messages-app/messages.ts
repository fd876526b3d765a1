/** What the parts of this driver share: the means to ask Messages, its database, and how long things may take. */
import type { Clock } from '../../../lib/clock.ts';
import type { Claims } from '../../claims.ts';
import type { ChatDb } from './chat-db.ts';
import type { RunScript } from './osascript.ts';

export interface Times {
  /** For one run of the script that sends. */
  scriptMs: number;
  /** How long a message is followed after that until it has left. */
  confirmMs: number;
  /** Between two looks at chat.db meanwhile. */
  pollMs: number;
  /** After a refusal, until Messages can no more turn it into an SMS. */
  downgradeMs: number;
  /** After the start of a script, until what is not in chat.db will never be: rows came more than 120 s late. */
  settleMs: number;
  /** From an answer of Messages until what it was asked before must stand in chat.db. */
  quietMs: number;
  /** How long a row may be without its conversation or its files, since Messages writes them one after the other. */
  patienceMs: number;
}

export const USUAL_TIMES: Times = {
  scriptMs: 45_000,
  confirmMs: 60_000,
  pollMs: 300,
  downgradeMs: 2_000,
  settleMs: 180_000,
  quietMs: 3_000,
  patienceMs: 5_000,
};

export interface Messages {
  db: ChatDb;
  claims: Claims;
  run: RunScript;
  clock: Clock;
  times: Times;
  /** `~/Library/Messages`. */
  folder: string;
}
