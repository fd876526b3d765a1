/** The only file that knows every adapter. Reads top to bottom: database, clock, channels, actions, HTTP server. */
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createAuthenticate } from './actions/access/authenticate.ts';
import { newFetchesUnderWay } from './actions/attachments/fetch-file.ts';
import { createAuthenticateDevice } from './actions/devices/authenticate-device.ts';
import { actions } from './actions/index.ts';
import { createKeptCounts } from './actions/kept-counts.ts';
import { createTagCounts } from './actions/leads/tag-counts.ts';
import { createIntake } from './actions/messages/accept-message.ts';
import { createSettlements } from './actions/messages/settle-messages.ts';
import { createOutcomeWatch } from './actions/messages/wait-for-outcome.ts';
import { createWorkspaceSnapshots } from './actions/messages/workspace-snapshot.ts';
import { hintAtNews } from './actions/news/receive-hook.ts';
import { createLiveWatch } from './actions/now/live-watch.ts';
import { createSessions } from './actions/people/sessions.ts';
import { createSignIn } from './actions/people/sign-in.ts';
import { withAnswerLimits } from './channels/answer-limits.ts';
import { type BlueBubblesChannelOptions, createBlueBubblesChannel } from './channels/bluebubbles.ts';
import type { Channel } from './channels/channel.ts';
import { createMailTokens } from './channels/mail-tokens.ts';
import { createRelayChannel } from './channels/relay.ts';
import { createSandboxChannel } from './channels/sandbox.ts';
import { createSmtpChannel } from './channels/smtp.ts';
import type { SmtpTimeouts } from './channels/smtp-session.ts';
import { storable } from './channels/storable.ts';
import { createTwilioChannel, type TwilioChannelOptions } from './channels/twilio.ts';
import type { Config } from './config.ts';
import type { Deps } from './deps.ts';
import { type Dispatcher, startDispatcher } from './dispatcher/dispatcher.ts';
import type { Transport } from './domain/words.ts';
import { createServer } from './http/server.ts';
import { createBell } from './lib/bell.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { createDiskStore } from './lib/disk-store.ts';
import { createGuardedFetch, type GuardedFetch } from './lib/guarded-fetch.ts';
import { createHeavyCalls } from './lib/heavy-calls.ts';
import { createIds } from './lib/ids.ts';
import type { Log } from './lib/log.ts';
import { createMetrics } from './lib/metrics.ts';
import type { ObjectStore } from './lib/object-store.ts';
import { type Random, systemRandom } from './lib/random.ts';
import { createS3Store } from './lib/s3-store.ts';
import { createSecretBox } from './lib/secret-box.ts';
import { createWake } from './lib/wake.ts';
import { type Simulator, startSimulator } from './simulate/simulator.ts';
import { openDatabase } from './store/database.ts';
import { openSignals, type Signal } from './store/events/signals.ts';
import { readDatabaseClock } from './store/messages/due.ts';

/** Each may hold 16 MB while it waits. */
const HEAVY_CALLS = { ofOne: 10, ofAll: 40 };

export const ROLES = ['all', 'api', 'dispatcher'] as const;
export type Role = (typeof ROLES)[number];

export interface App {
  deps: Deps;
  /** null in the role `dispatcher`. Not listening yet. */
  server: FastifyInstance | null;
  /** null in the role `api`. Begins at once. */
  startDispatcher(): Dispatcher | null;
  /** Closes the HTTP server first, then the dispatcher, then the database. */
  close(): Promise<void>;
}

export interface ComposeOptions {
  config: Config;
  databaseUrl: string;
  secretKey: Buffer;
  role: Role;
  log: Log;
  /** Only simulations and tests bring their own. */
  clock?: Clock;
  random?: Random;
  checkpoint?: Deps['checkpoint'];
  channels?: ReadonlyMap<Transport, Channel>;
  patience?: Patience;
  web?: GuardedFetch;
}

/** How long carriers are waited for, where it shall be other than usual. */
export interface Patience {
  sandbox?: { sendTimeoutMs: number };
  relay?: { sendTimeoutMs: number };
  smtp?: Partial<SmtpTimeouts>;
  twilio?: Pick<TwilioChannelOptions, 'sendTimeoutMs' | 'madeWithinMs'>;
  bluebubbles?: Pick<BlueBubblesChannelOptions, 'sendTimeoutMs' | 'confirmMs' | 'confirmEveryMs' | 'quietMs'>;
}

const CLOCK_CHECK_MS = 60_000;
const SANDBOX_CONNECTIONS = 4;

export async function compose(options: ComposeOptions): Promise<App> {
  const { config, log, role, databaseUrl, patience = {} } = options;
  const { maxConnections, namedStatements } = { maxConnections: config.databaseConnections, ...config };
  const database = openDatabase({ url: databaseUrl, maxConnections, namedStatements, log });

  const closing = new AbortController();
  const clock = options.clock ?? (await anchoredClock(database, log, closing.signal));
  const ids = createIds(clock, options.random ?? systemRandom());
  const metrics = createMetrics();
  const secrets = createSecretBox(options.secretKey);
  const mailTokens = createMailTokens(options.secretKey);

  // The simulated phones have connections of their own: however many of them answer, the engine keeps its own.
  const outside = openDatabase({
    url: databaseUrl,
    maxConnections: SANDBOX_CONNECTIONS,
    namedStatements,
    log,
  });
  const { allowPrivateHosts, publicUrl, twilioUrl } = config;
  const web = options.web ?? createGuardedFetch({ allowPrivateHosts });
  const relay = {
    authenticate: createAuthenticateDevice(database),
    jobs: createBell(clock, () => signals.send('relay_jobs')),
    answers: createBell(clock, () => signals.send('relay_answers')),
  };
  const macs = createRelayChannel({ database, clock, ids, ...relay, ...patience.relay });
  const carriers =
    options.channels ??
    new Map<Transport, Channel>([
      ['sandbox', createSandboxChannel({ database: outside, clock, ids, ...patience.sandbox })],
      ['relay', macs],
      [
        'smtp',
        createSmtpChannel({
          allowPrivateHosts,
          clock,
          tokens: mailTokens,
          publicUrl,
          ...(patience.smtp === undefined ? {} : { timeouts: patience.smtp }),
          onHint: (workspaceId, lineId) => {
            hintAtNews(base, workspaceId, lineId).catch((error: Error) =>
              log.warn({ err: error, workspaceId, lineId }, 'a hint at news was lost'),
            );
          },
          onUnreadable: (line, uid, error) => log.warn({ err: error, ...line, uid }, 'a mail was left out'),
        }),
      ],
      ['twilio', createTwilioChannel({ url: twilioUrl, publicUrl, fetch: web, clock, ...patience.twilio })],
      [
        'bluebubbles',
        createBlueBubblesChannel({
          fetch: web,
          clock,
          allowPrivateHosts,
          publicUrl,
          ...patience.bluebubbles,
        }),
      ],
    ]);
  const channels = new Map(
    [...carriers].map(([transport, channel]) => [transport, withAnswerLimits(storable(channel), clock)]),
  );

  const objects = openObjects(config);

  const work = createWake();
  const simulations = createWake();
  const outcomes = createOutcomeWatch({ database, clock, log });
  const hear: Record<Signal, () => void> = {
    work: () => {
      work.wake();
      simulations.wake();
    },
    settled: () => outcomes.look(),
    relay_jobs: () => relay.jobs.ring(),
    relay_answers: () => relay.answers.ring(),
  };
  const signals = openSignals({
    url: databaseUrl,
    database,
    clock,
    log,
    onSignal: (signal) => hear[signal](),
  });

  const secure = publicUrl?.startsWith('https:') === true;
  const signIn = createSignIn({ database, ids, log, secretKey: options.secretKey, secure });
  const { sessionToken } = signIn;

  const snapshots = createWorkspaceSnapshots({ database, clock });
  const base = {
    config,
    clock,
    ids,
    log,
    metrics,
    secrets,
    mailTokens,
    database,
    web,
    objects,
    fetches: newFetchesUnderWay(),
    channels,
    people: { signIn, sessions: createSessions({ database, clock, sessionToken }) },
    snapshots,
    live: createLiveWatch({ database, clock, log, snapshots }),
    keptCounts: createKeptCounts({ clock }),
    tagCounts: createTagCounts({ clock }),
    relay: { ...relay, drain: () => macs.drain() },
    keysInFlight: new Set<string>(),
    heavyCalls: createHeavyCalls({
      ...HEAVY_CALLS,
      atOnce: Math.max(1, Math.min(3, config.databaseConnections >> 2)),
    }),
    wakeDispatchers() {
      hear.work();
      signals.send('work');
    },
    announceSettled() {
      outcomes.look();
      signals.send('settled');
    },
    checkpoint: options.checkpoint ?? (() => {}),
  };
  const deps: Deps = {
    ...base,
    outcomes,
    authenticate: createAuthenticate({ database, clock, log }),
    intake: createIntake(base),
    settlements: createSettlements(base),
  };

  const server = role === 'dispatcher' ? null : createServer(deps, actions);
  let dispatcher: Dispatcher | null = null;
  let simulator: Simulator | null = null;
  return {
    deps,
    server,
    startDispatcher() {
      if (role === 'api') return null;
      dispatcher ??= startDispatcher(deps, work);
      const { isSending } = dispatcher;
      simulator ??= startSimulator(deps, { databaseUrl, wake: simulations, isSending });
      return dispatcher;
    },
    async close() {
      await server?.close();
      await Promise.all([dispatcher?.stop(), simulator?.stop()]);
      closing.abort();
      await signals.close();
      await Promise.all([...channels.values()].map((channel) => channel.close()));
      await Promise.all([web.close(), objects.close(), database.close(), outside.close()]);
    },
  };
}

/** Files lie beside the database's, or in a bucket. */
function openObjects({ dataDir, s3Bucket, ...s3 }: Config): ObjectStore {
  if (s3Bucket === null) return createDiskStore(path.resolve(dataDir, 'files'));
  return createS3Store({
    bucket: s3Bucket,
    endpoint: s3.s3Endpoint,
    region: s3.s3Region,
    accessKey: s3.s3AccessKey ?? '',
    secretKey: s3.s3SecretKey ?? '',
    pathStyle: s3.s3PathStyle,
  });
}

/** Follows the database's clock, so that processes on several machines agree on what is due. */
async function anchoredClock(
  database: ReturnType<typeof openDatabase>,
  log: Log,
  closed: AbortSignal,
): Promise<ReturnType<typeof systemClock>> {
  const clock = systemClock();
  const plain = systemClock();
  const anchor = async () => {
    const before = plain.now();
    const theirs = await readDatabaseClock(database);
    const after = plain.now();
    const offset = Math.round(theirs - (before + after) / 2);
    // Nearer than the question can tell is the same time: processes of one machine then agree to the millisecond, and a
    // slow answer sets nobody wrong.
    clock.anchor(Math.abs(offset) <= (after - before) / 2 + 1 ? 0 : offset);
  };
  await anchor();
  void (async () => {
    while (!closed.aborted) {
      await plain.sleep(CLOCK_CHECK_MS, closed);
      if (!closed.aborted)
        await anchor().catch((error: Error) => log.warn({ error: error.message }, 'clock not checked'));
    }
  })();
  return clock;
}
