/** Everything that must hold, whatever happens. A new guarantee is a function in one of these files and a line here. */
import type { Invariant } from '../judge.ts';
import * as bookkeeping from './bookkeeping.ts';
import * as campaigns from './campaigns.ts';
import * as conversations from './conversations.ts';
import * as endings from './endings.ts';
import * as fallback from './fallback.ts';
import * as pacing from './pacing.ts';
import * as people from './people.ts';
import * as permissions from './permissions.ts';

export const INVARIANTS: readonly Invariant[] = [
  ...Object.values(permissions),
  ...Object.values(people),
  ...Object.values(campaigns),
  ...Object.values(conversations),
  ...Object.values(pacing),
  ...Object.values(bookkeeping),
  ...Object.values(fallback),
  ...Object.values(endings),
];
