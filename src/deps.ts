/** What every action, the dispatcher and the HTTP routes are given; built once, in compose.ts. */

import type { Authenticate } from './actions/access/authenticate.ts';
import type { FetchesUnderWay } from './actions/attachments/fetch-file.ts';
import type { AuthenticateDevice } from './actions/devices/authenticate-device.ts';
import type { KeptCounts } from './actions/kept-counts.ts';
import type { TagCounts } from './actions/leads/tag-counts.ts';
import type { Intake } from './actions/messages/intake.ts';
import type { Settlements } from './actions/messages/settle-messages.ts';
import type { OutcomeWatch } from './actions/messages/wait-for-outcome.ts';
import type { WorkspaceSnapshots } from './actions/messages/workspace-snapshot.ts';
import type { LiveWatch } from './actions/now/live-watch.ts';
import type { Sessions } from './actions/people/sessions.ts';
import type { SignIn } from './actions/people/sign-in.ts';
import type { Channel } from './channels/channel.ts';
import type { MailTokens } from './channels/mail-tokens.ts';
import type { Config } from './config.ts';
import type { Transport } from './domain/words.ts';
import type { Bell } from './lib/bell.ts';
import type { Clock } from './lib/clock.ts';
import type { GuardedFetch } from './lib/guarded-fetch.ts';
import type { HeavyCalls } from './lib/heavy-calls.ts';
import type { Ids } from './lib/ids.ts';
import type { Log } from './lib/log.ts';
import type { Metrics } from './lib/metrics.ts';
import type { ObjectStore } from './lib/object-store.ts';
import type { SecretBox } from './lib/secret-box.ts';
import type { Database } from './store/database.ts';

export interface Deps {
  config: Config;
  clock: Clock;
  ids: Ids;
  log: Log;
  metrics: Metrics;
  secrets: SecretBox;
  mailTokens: MailTokens;
  database: Database;
  /** The only way to addresses that a workspace, or somebody who writes to it, names. */
  web: GuardedFetch;
  /** Bytes of files; what they are stands in the database. */
  objects: ObjectStore;
  fetches: FetchesUnderWay;
  channels: ReadonlyMap<Transport, Channel>;
  authenticate: Authenticate;
  /** Who is signed in, and the library that lets people in. */
  people: { signIn: SignIn; sessions: Sessions };
  snapshots: WorkspaceSnapshots;
  /** Of campaigns, for pages. */
  keptCounts: KeptCounts;
  tagCounts: TagCounts;
  intake: Intake;
  settlements: Settlements;
  outcomes: OutcomeWatch;
  live: LiveWatch;
  /** Macs of relay lines: who they are, and the bells by which their wishes and ours are heard. */
  relay: {
    authenticate: AuthenticateDevice;
    jobs: Bell;
    answers: Bell;
    /** This process stops: sends that Macs have begun are waited for a little, and no new ones are handed to them. */
    drain(): Promise<void>;
  };
  /** `<workspace> <Idempotency-Key>` of requests that are being answered by this process. */
  keysInFlight: Set<string>;
  /** Imports and other calls of many leads. */
  heavyCalls: HeavyCalls;
  /** Tells dispatchers, here and elsewhere, that a line may have new work. Cheap: coalesced, never awaited. */
  wakeDispatchers(): void;
  /** Tells waiting callers, here and elsewhere, that messages were settled. Cheap: coalesced, never awaited. */
  announceSettled(): void;
  /** Where nothing unforeseen happens: for how long nothing follows from a step that was settled. Absent: it is looked at at once. */
  restOfStep?(campaignId: string, stepKey: string): number;
  /** Named instants of the road; does nothing in production. The crash test kills the process at one of them. */
  checkpoint(label: string): void | Promise<void>;
}
