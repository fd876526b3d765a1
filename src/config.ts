/**
 * Every setting once: name, default, sentence. Read from the environment, validated, frozen. The table in README.md
 * is generated from here.
 */
import { isIP } from 'node:net';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Config {
  host: string;
  port: number;
  dataDir: string;
  databaseUrl: string | null;
  databaseConnections: number;
  namedStatements: boolean;
  bootstrapKey: string | null;
  secretKey: string | null;
  logLevel: LogLevel;
  sendsPerMinute: number;
  checksPerMinute: number;
  bodyTimeoutMs: number;
  pollMs: number;
  sendsInFlight: number;
  leaseMarginMs: number;
  allowPrivateHosts: boolean;
  publicUrl: string | null;
  trustProxy: readonly string[];
  twilioUrl: string;
  s3Bucket: string | null;
  s3Endpoint: string | null;
  s3Region: string;
  s3AccessKey: string | null;
  s3SecretKey: string | null;
  s3PathStyle: boolean;
  webhookLogDays: number;
}

interface Setting<Value> {
  env: string;
  sentence: string;
  /** As shown in the table. */
  default: string;
  read(text: string): Value;
}

export type Settings = { readonly [Name in keyof Config]: Setting<Config[Name]> };

export class ConfigError extends Error {
  override name = 'ConfigError';
}

export const SETTINGS: Settings = {
  host: text(
    'HOST',
    '127.0.0.1',
    'Address to listen on; `0.0.0.0` accepts connections from the whole network.',
  ),
  port: integer('PORT', 8080, 0, 65_535, 'Port to listen on; `0` picks a free one.'),
  dataDir: text(
    'TRUNKLINE_DATA',
    './data',
    'Folder for the embedded PostgreSQL, the secret key file and the files of messages.',
  ),
  databaseUrl: optional('DATABASE_URL', 'PostgreSQL 15 or newer to use instead of the embedded server.'),
  databaseConnections: integer('TRUNKLINE_DATABASE_CONNECTIONS', 20, 2, 1000, 'Connections per process.'),
  namedStatements: flag(
    'TRUNKLINE_NAMED_STATEMENTS',
    true,
    'Set to `false` behind PgBouncer in transaction mode.',
  ),
  bootstrapKey: optional(
    'TRUNKLINE_BOOTSTRAP_KEY',
    'An API key (`tl_sk_…`) of your own: at the first start instead of a generated one, at any later start in addition to those that exist.',
  ),
  secretKey: optional(
    'TRUNKLINE_SECRET_KEY',
    'Key that encrypts stored credentials: 32 bytes in base64. Without it, a key file in the data folder is created and used.',
  ),
  logLevel: choice('LOG_LEVEL', 'info', LOG_LEVELS, 'Least severe level that is logged:'),
  sendsPerMinute: integer(
    'TRUNKLINE_SENDS_PER_MINUTE',
    6000,
    0,
    100_000_000,
    'Send requests a workspace may make per minute and process; `0` means no limit.',
  ),
  checksPerMinute: integer(
    'TRUNKLINE_CHECKS_PER_MINUTE',
    200,
    0,
    100_000_000,
    'Availability requests a workspace may make per minute and process; `0` means no limit.',
  ),
  bodyTimeoutMs: integer(
    'TRUNKLINE_BODY_TIMEOUT_MS',
    15_000,
    100,
    300_000,
    'Time within which a request must have arrived completely.',
  ),
  pollMs: integer(
    'TRUNKLINE_POLL_MS',
    2000,
    10,
    60_000,
    'Polling interval of the dispatcher when no notification arrives.',
  ),
  sendsInFlight: integer(
    'TRUNKLINE_SENDS_IN_FLIGHT',
    200,
    1,
    10_000,
    'Messages one dispatcher hands to carriers concurrently.',
  ),
  leaseMarginMs: integer(
    'TRUNKLINE_LEASE_MARGIN_MS',
    15_000,
    300,
    600_000,
    'How long past a carrier’s own timeout a dispatcher may stay silent before its sends count as unknown.',
  ),
  allowPrivateHosts: flag(
    'TRUNKLINE_ALLOW_PRIVATE_HOSTS',
    false,
    'Allows lines and webhooks to use servers on private and loopback addresses: a mail server or a BlueBubbles server in the office, a receiver under development.',
  ),
  publicUrl: url(
    'TRUNKLINE_PUBLIC_URL',
    'Address at which this server is reached from outside, like `https://trunkline.example.com`: carriers call back there and fetch attachments from it. Without it, they are only asked.',
  ),
  trustProxy: proxies(
    'TRUNKLINE_TRUST_PROXY',
    'Reverse proxies that are believed where a request comes from (`X-Forwarded-For`): addresses and networks, separated by commas, like `10.0.0.5,172.18.0.0/16`, or `loopback`, `linklocal`, `uniquelocal`. Without it, limits by address count all callers of a proxy as one.',
  ),
  twilioUrl: requiredUrl(
    'TRUNKLINE_TWILIO_URL',
    'https://api.twilio.com',
    'Address of Twilio’s API: another region’s, or of a stand-in for trying things out.',
  ),
  s3Bucket: optional(
    'TRUNKLINE_S3_BUCKET',
    'Bucket that holds the files of messages instead of the data folder: for several machines, or disks that do not last.',
  ),
  s3Endpoint: url(
    'TRUNKLINE_S3_ENDPOINT',
    'Address of an S3-compatible server. Without it, Amazon’s own of the region.',
  ),
  s3Region: text('TRUNKLINE_S3_REGION', 'us-east-1', 'Region of the bucket.'),
  s3AccessKey: optional('TRUNKLINE_S3_ACCESS_KEY', 'Access key of the bucket.'),
  s3SecretKey: optional('TRUNKLINE_S3_SECRET_KEY', 'Secret key of the bucket.'),
  s3PathStyle: flag(
    'TRUNKLINE_S3_PATH_STYLE',
    true,
    'The bucket is named in the path of its addresses; `false` for Amazon, where it is part of the host name.',
  ),
  webhookLogDays: integer(
    'TRUNKLINE_WEBHOOK_LOG_DAYS',
    30,
    1,
    3650,
    'Days for which deliveries to webhooks stay in their log, counted from the event.',
  ),
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {ConfigError} for the first setting that is wrong. */
export function readConfig(env: Environment): Config {
  const entries = Object.entries(SETTINGS).map(([name, setting]) => [name, readSetting(env, setting)]);
  const config = Object.freeze(Object.fromEntries(entries) as unknown as Config);
  if (config.s3Bucket !== null && (config.s3AccessKey === null || config.s3SecretKey === null))
    throw new ConfigError(
      'TRUNKLINE_S3_BUCKET needs TRUNKLINE_S3_ACCESS_KEY and TRUNKLINE_S3_SECRET_KEY too',
    );
  return config;
}

/** Every setting that is wrong: its variable, and a sentence about it. */
export function findWrongSettings(env: Environment): { env: string; sentence: string }[] {
  return Object.values(SETTINGS).flatMap((setting) => {
    try {
      readSetting(env, setting);
      return [];
    } catch (error) {
      return [{ env: setting.env, sentence: (error as Error).message }];
    }
  });
}

function readSetting(env: Environment, setting: Settings[keyof Settings]): unknown {
  const given = env[setting.env];
  return setting.read(given === undefined || given === '' ? setting.default : given);
}

function text(env: string, standard: string, sentence: string): Setting<string> {
  return { env, sentence, default: standard, read: (given) => given };
}

function optional(env: string, sentence: string): Setting<string | null> {
  return { env, sentence, default: '', read: (given) => (given === '' ? null : given) };
}

function url(env: string, sentence: string): Setting<string | null> {
  return { env, sentence, default: '', read: (given) => (given === '' ? null : readUrl(env, given)) };
}

function requiredUrl(env: string, standard: string, sentence: string): Setting<string> {
  return { env, sentence, default: standard, read: (given) => readUrl(env, given) };
}

/** Without a slash at its end. */
function readUrl(env: string, given: string): string {
  const parsed = URL.parse(given);
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.search !== '' || parsed.hash !== '')
    throw new ConfigError(`${env} must be an http or https address, not "${given}"`);
  return parsed.href.replace(/\/+$/, '');
}

const NETWORK_WORDS: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];

/** No number of hops, and not everybody: whoever reaches the port past the proxy could then say any address. */
function proxies(env: string, sentence: string): Setting<readonly string[]> {
  return {
    env,
    sentence,
    default: '',
    read(given) {
      if (given === '' || given === 'false') return [];
      const entries = given.split(',').map((entry) => entry.trim());
      const wrong = entries.find((entry) => !NETWORK_WORDS.includes(entry) && !isNetwork(entry));
      if (wrong === undefined) return entries;
      throw new ConfigError(
        `${env} must be addresses and networks of proxies, separated by commas, or ${NETWORK_WORDS.join(', ')}; "${wrong}" is none`,
      );
    },
  };
}

function isNetwork(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/');
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (bits === undefined) return most > 0;
  return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most;
}

function choice<Choice extends string>(
  env: string,
  standard: Choice,
  choices: readonly Choice[],
  sentence: string,
): Setting<Choice> {
  const quoted = choices.map((each) => `\`${each}\``);
  return {
    env,
    sentence: `${sentence} ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}.`,
    default: standard,
    read(given) {
      const value = choices.find((each) => each === given);
      if (value === undefined)
        throw new ConfigError(`${env} must be one of ${choices.join(', ')}, not "${given}"`);
      return value;
    },
  };
}

function integer(env: string, standard: number, min: number, max: number, sentence: string): Setting<number> {
  return {
    env,
    sentence,
    default: String(standard),
    read(given) {
      const value = Number(given);
      if (!Number.isInteger(value) || value < min || value > max) {
        throw new ConfigError(`${env} must be a whole number from ${min} to ${max}, not "${given}"`);
      }
      return value;
    },
  };
}

function flag(env: string, standard: boolean, sentence: string): Setting<boolean> {
  return {
    env,
    sentence,
    default: String(standard),
    read(given) {
      if (given === 'true' || given === '1') return true;
      if (given === 'false' || given === '0') return false;
      throw new ConfigError(`${env} must be true or false, not "${given}"`);
    },
  };
}
