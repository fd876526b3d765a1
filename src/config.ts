/**
 * Every setting once: name, default, sentence. Read from the environment, validated, frozen. The table in README.md
 * is generated from here.
 */
export interface Config {
  host: string;
  port: number;
  dataDir: string;
  databaseUrl: string | null;
  databaseConnections: number;
  namedStatements: boolean;
  bootstrapKey: string | null;
  secretKey: string | null;
  logLevel: string;
  sendsPerMinute: number;
  bodyTimeoutMs: number;
  pollMs: number;
  sendsInFlight: number;
  leaseMarginMs: number;
  allowPrivateHosts: boolean;
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
  host: text('HOST', '127.0.0.1', 'Address to listen on; `0.0.0.0` serves the whole network.'),
  port: integer('PORT', 8080, 0, 65_535, 'Port to listen on; `0` picks a free one.'),
  dataDir: text('TRUNKLINE_DATA', './data', 'Folder of the embedded PostgreSQL and of the secret key file.'),
  databaseUrl: optional('DATABASE_URL', 'PostgreSQL 15 or newer to use instead of the embedded server.'),
  databaseConnections: integer('TRUNKLINE_DATABASE_CONNECTIONS', 20, 2, 1000, 'Connections per process.'),
  namedStatements: flag(
    'TRUNKLINE_NAMED_STATEMENTS',
    true,
    'Set to `false` behind PgBouncer in transaction mode.',
  ),
  bootstrapKey: optional(
    'TRUNKLINE_BOOTSTRAP_KEY',
    'The first API key (`tl_sk_…`), instead of one made at first start.',
  ),
  secretKey: optional(
    'TRUNKLINE_SECRET_KEY',
    'Key that encrypts stored credentials: 32 bytes in base64. Without it a key file in the data folder is made and used.',
  ),
  logLevel: text('LOG_LEVEL', 'info', '`trace`, `debug`, `info`, `warn`, `error` or `silent`.'),
  sendsPerMinute: integer(
    'TRUNKLINE_SENDS_PER_MINUTE',
    6000,
    0,
    100_000_000,
    'Sends a workspace may ask for per minute and process; `0` sets no limit.',
  ),
  bodyTimeoutMs: integer(
    'TRUNKLINE_BODY_TIMEOUT_MS',
    15_000,
    100,
    300_000,
    'Longest time a request may take to arrive.',
  ),
  pollMs: integer(
    'TRUNKLINE_POLL_MS',
    2000,
    10,
    60_000,
    'How often the dispatcher looks by itself when no wake reaches it.',
  ),
  sendsInFlight: integer(
    'TRUNKLINE_SENDS_IN_FLIGHT',
    200,
    1,
    10_000,
    'Messages one dispatcher hands to carriers at once.',
  ),
  leaseMarginMs: integer(
    'TRUNKLINE_LEASE_MARGIN_MS',
    15_000,
    300,
    600_000,
    'How long after the slowest possible answer of a carrier a silent dispatcher is given up and its sends count as unknown.',
  ),
  allowPrivateHosts: flag(
    'TRUNKLINE_ALLOW_PRIVATE_HOSTS',
    false,
    'Lets lines use mail servers on private and loopback addresses.',
  ),
};

export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const entries = Object.entries(SETTINGS).map(([name, setting]) => {
    const given = env[setting.env];
    return [name, setting.read(given === undefined || given === '' ? setting.default : given)];
  });
  return Object.freeze(Object.fromEntries(entries) as unknown as Config);
}

function text(env: string, standard: string, sentence: string): Setting<string> {
  return { env, sentence, default: standard, read: (given) => given };
}

function optional(env: string, sentence: string): Setting<string | null> {
  return { env, sentence, default: '', read: (given) => (given === '' ? null : given) };
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
