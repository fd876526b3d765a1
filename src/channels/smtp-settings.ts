/** What an smtp line may be told, and what is refused before it is stored. */
import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import { normalizeEmail } from '../domain/address.ts';

/** What an smtp line's `transportConfig` holds; its secret is the password. */
export interface SmtpSettings {
  host: string;
  port: number;
  tls: 'implicit' | 'starttls' | 'none';
  /** Only with `starttls`: false goes on unencrypted when the server offers no TLS. */
  requireTls: boolean;
  user: string | null;
  fromAddress: string;
  fromName: string | null;
  /** PEM; the only authority trusted for this server, for mail servers with a certificate of their own. */
  caCertificate: string | null;
}

const HOST = /^(?=.{1,253}$)[a-z\d](?:[a-z\d._-]*[a-z\d])?$/i;
const FROM_NAME_MAX = 200;
const OPTIONAL = { requireTls: true, user: null, fromName: null, caCertificate: null } as const;

const isHost = (value: unknown) => isText(value) && (net.isIP(value) !== 0 || HOST.test(value));
const isPort = (value: unknown) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
const isTls = (value: unknown) => value === 'implicit' || value === 'starttls' || value === 'none';
const isText = (value: unknown): value is string => typeof value === 'string' && !/\p{Cc}/u.test(value);
const isUser = (value: unknown) => value === null || (isText(value) && value !== '');
const isName = (value: unknown) => value === null || (isText(value) && value.length <= FROM_NAME_MAX);
const isSender = (value: unknown) => isText(value) && normalizeEmail(value) === value.toLowerCase();

const CHECKS: Readonly<Record<keyof SmtpSettings, [holds: (value: unknown) => boolean, demand: string]>> = {
  host: [isHost, 'must be the host name or IP address of a mail server'],
  port: [isPort, 'must be a whole number from 1 to 65535'],
  tls: [isTls, 'must be "implicit", "starttls" or "none"'],
  requireTls: [(value) => typeof value === 'boolean', 'must be true or false'],
  user: [isUser, 'must be a user name'],
  fromAddress: [isSender, 'must be an e-mail address'],
  fromName: [isName, `must be a name of at most ${FROM_NAME_MAX} characters, without line breaks`],
  caCertificate: [(value) => value === null || isCertificate(value), 'must be a certificate in PEM form'],
};

/** The settings, or the public sentence that says what is wrong with them. */
export function readSettings(config: Readonly<Record<string, unknown>>): SmtpSettings | string {
  const given: Record<string, unknown> = { ...OPTIONAL, ...config };
  for (const [key, [holds, demand]] of Object.entries(CHECKS)) {
    if (!holds(given[key])) return `transportConfig.${key} ${demand}`;
  }
  const stranger = Object.keys(config).find((key) => !Object.hasOwn(CHECKS, key));
  if (stranger !== undefined) return `transportConfig.${stranger} is not a setting of an smtp line`;
  const settings = given as unknown as SmtpSettings;
  if (settings.user !== null && (settings.tls === 'none' || !settings.requireTls)) {
    return 'transportConfig.user needs an encrypted connection: a password is never sent in the clear';
  }
  return settings;
}

function isCertificate(value: unknown): boolean {
  try {
    return typeof value === 'string' && Boolean(new X509Certificate(value));
  } catch {
    return false;
  }
}
