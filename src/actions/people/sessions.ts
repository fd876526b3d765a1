/**
 * From a cookie to a person, and to what that person may do in a workspace (D35). As with keys, what was looked up holds for
 * less than a second: who signs out, is removed or gets another role is known as that within one, at every process.
 */
import { problem } from '../../contract/problems.ts';
import { type Role, SCOPES_OF_ROLE } from '../../domain/words.ts';
import { Batcher } from '../../lib/batcher.ts';
import { type Clock, isRecent } from '../../lib/clock.ts';
import type { Database } from '../../store/database.ts';
import { findSessions } from '../../store/people/people.ts';
import type { Caller } from '../access/authenticate.ts';
import type { SignIn } from './sign-in.ts';

export interface Session {
  personId: string;
  /** The longest first. */
  memberships: readonly { workspaceId: string; role: Role }[];
}

export interface Sessions {
  /** Takes a `Cookie` header; null when it holds no session that is good now. */
  find(cookie: string | undefined): Promise<Session | null>;
  /** This process has changed something about sessions or memberships. */
  forget(): void;
}

const KNOWN_FOR_MS = 900;
const MAX_REMEMBERED = 5_000;
const MAX_LOOKUP = 500;

interface Remembered {
  found: (Session & { expiresAt: number }) | null;
  since: number;
}

export function createSessions({
  database,
  clock,
  sessionToken,
}: {
  database: Database;
  clock: Clock;
  sessionToken: SignIn['sessionToken'];
}): Sessions {
  const remembered = new Map<string, Remembered>();
  let changes = 0;
  const lookUps = new Batcher<string, Remembered['found']>({
    maxItems: MAX_LOOKUP,
    maxInFlight: 1,
    maxInFlightPerKey: 1,
    async run(_key, tokens) {
      const rows = Map.groupBy(await findSessions(database, tokens), ({ token }) => token);
      return tokens.map((token) => {
        const [first] = rows.get(token) ?? [];
        if (first === undefined) return null;
        const memberships = (rows.get(token) ?? []).flatMap(({ workspaceId, role }) =>
          workspaceId === null || role === null ? [] : [{ workspaceId, role }],
        );
        return { personId: first.personId, expiresAt: first.expiresAt, memberships };
      });
    },
  });

  return {
    async find(cookie) {
      const token = sessionToken(cookie);
      if (token === null) return null;
      const now = clock.now();
      let entry = remembered.get(token);
      if (entry === undefined || !isRecent(entry.since, KNOWN_FOR_MS, now)) {
        const before = changes;
        entry = { found: await lookUps.add('sessions', token), since: now };
        if (remembered.size >= MAX_REMEMBERED) remembered.clear();
        // What was read before a change of ours is good for this request at most.
        if (before === changes) remembered.set(token, entry);
      }
      return entry.found !== null && entry.found.expiresAt > now ? entry.found : null;
    },
    forget() {
      changes += 1;
      remembered.clear();
    },
  };
}

/** `workspaceId`: the one asked for; null: the one that the person has been in the longest. Throws a Problem. */
export function callerOf({ personId, memberships }: Session, workspaceId: string | null): Caller {
  const membership =
    workspaceId === null ? memberships[0] : memberships.find((each) => each.workspaceId === workspaceId);
  if (membership === undefined) throw problem('NOT_A_MEMBER');
  const { role } = membership;
  return {
    workspaceId: membership.workspaceId,
    apiKeyId: '',
    personId,
    role,
    scopes: SCOPES_OF_ROLE[role],
    sendsAs: 'imessage_first',
  };
}
