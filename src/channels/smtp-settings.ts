/** What an smtp line may be told, and what is refused before it is stored. */
import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import { normalizeEmail } from '../domain/address.ts';
import { TOKEN_CHARACTERS } from './mail-tokens.ts';

/** What an smtp line's `transportConfig` holds. Its secret is the password, or both passwords (`readPasswords`). */
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
  /** Where replies and bounces of this line arrive; null: nothing is received. */
  imapHost: string | null;
  imapPort: number;
  imapTls: 'implicit' | 'starttls' | 'none';
  /** Null: the same as `user`. */
  imapUser: string | null;
  imapMailbox: string;
  /** Gets a `+token` for each message, so that an answer names what it answers. Arrives in the mailbox. Null: answers go to `fromAddress`. */
  replyTo: string | null;
  /** Envelope sender, with a `+token` for each message, so that a bounce names what it bounces. Arrives in the mailbox. Null: `fromAddress`. */
  bounceTo: string | null;
  /** Offers `List-Unsubscribe` in each mail, one click where the server has a public address. */
  unsubscribe: boolean;
}

const HOST = /^(?=.{1,253}$)[a-z\d](?:[a-z\d._-]*[a-z\d])?$/i;
const FROM_NAME_MAX = 200;
const OPTIONAL = {
  requireTls: true,
  user: null,
  fromName: null,
  caCertificate: null,
  imapHost: null,
  imapPort: 993,
  imapTls: 'implicit',
  imapUser: null,
  imapMailbox: 'INBOX',
  replyTo: null,
  bounceTo: null,
  unsubscribe: true,
} as const;
/** What a local part may have left when `+u-` and a token are added to it: 64 characters in all. */
const PLUS_MAX = 64 - '+u-'.length - TOKEN_CHARACTERS;

const isHost = (value: unknown) => isText(value) && (net.isIP(value) !== 0 || HOST.test(value));
const isPort = (value: unknown) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
const isTls = (value: unknown) => value === 'implicit' || value === 'starttls' || value === 'none';
const isText = (value: unknown): value is string => typeof value === 'string' && !/\p{Cc}/u.test(value);
const isUser = (value: unknown) => value === null || (isText(value) && value !== '');
const isName = (value: unknown) => value === null || (isText(value) && value.length <= FROM_NAME_MAX);
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isMailbox = (value: unknown) => isText(value) && value !== '' && value.length <= 255;
const isSender = (value: unknown) => isText(value) && normalizeEmail(value) === value.toLowerCase();
const isPlusAddress = (value: unknown) =>
  value === null ||
  (isSender(value) && !String(value).includes('+') && String(value).indexOf('@') <= PLUS_MAX);

const PLUS = `must be an e-mail address without a plus and with at most ${PLUS_MAX} characters before its @`;
const CHECKS: Readonly<Record<keyof SmtpSettings, [holds: (value: unknown) => boolean, demand: string]>> = {
  host: [isHost, 'must be the host name or IP address of a mail server'],
  port: [isPort, 'must be a whole number from 1 to 65535'],
  tls: [isTls, 'must be "implicit", "starttls" or "none"'],
  requireTls: [isBoolean, 'must be true or false'],
  user: [isUser, 'must be a user name'],
  fromAddress: [isSender, 'must be an e-mail address'],
  fromName: [isName, `must be a name of at most ${FROM_NAME_MAX} characters, without line breaks`],
  caCertificate: [(value) => value === null || isCertificate(value), 'must be a certificate in PEM form'],
  imapHost: [
    (value) => value === null || isHost(value),
    'must be the host name or IP address of a mail server',
  ],
  imapPort: [isPort, 'must be a whole number from 1 to 65535'],
  imapTls: [isTls, 'must be "implicit", "starttls" or "none"'],
  imapUser: [isUser, 'must be a user name'],
  imapMailbox: [isMailbox, 'must be the name of a mailbox'],
  replyTo: [isPlusAddress, PLUS],
  bounceTo: [isPlusAddress, PLUS],
  unsubscribe: [isBoolean, 'must be true or false'],
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
  return refuseReceiving(settings) ?? settings;
}

/** A password to the mailbox may cross the wire in the clear only where it never leaves the machine. */
function refuseReceiving({ imapHost, imapUser, imapTls, user, ...settings }: SmtpSettings): string | null {
  if (imapHost === null) {
    const needing = (['replyTo', 'bounceTo'] as const).find((name) => settings[name] !== null);
    return needing === undefined
      ? null
      : `transportConfig.${needing} needs imapHost: somebody has to read what comes there`;
  }
  if ((imapUser ?? user) === null) return 'transportConfig.imapUser must be given';
  if (imapTls === 'none' && !isLoopback(imapHost))
    return 'transportConfig.imapTls needs an encrypted connection: a password is never sent in the clear';
  return null;
}

const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/**
 * The passwords to both servers. A secret that is a JSON object `{"smtp": "…", "imap": "…"}` holds one each; any other
 * secret, and so every one that was stored before lines received, is the password to both.
 */
export function readPasswords(secret: string | null): { smtp: string; imap: string } {
  const both = secret ?? '';
  if (!both.startsWith('{')) return { smtp: both, imap: both };
  try {
    const { smtp, imap, ...more } = JSON.parse(both) as Record<string, unknown>;
    if (typeof smtp === 'string' && typeof imap === 'string' && Object.keys(more).length === 0)
      return { smtp, imap };
  } catch {
    // A password that begins with a brace.
  }
  return { smtp: both, imap: both };
}

function isCertificate(value: unknown): boolean {
  try {
    return typeof value === 'string' && Boolean(new X509Certificate(value));
  } catch {
    return false;
  }
}
