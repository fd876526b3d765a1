/**
 * Passwords, sessions and codes, by better-auth: it is asked in its own form, by requests that are made here. Only the calls
 * that http/routes/sign-in.ts declares reach it; there is no sign-up among them, no sign-in by others, no mail. It asks nobody
 * outside, and its reports to its makers are switched off. Loaded when the first person comes: it takes half a second.
 */
import { hkdfSync } from 'node:crypto';
import { PASSWORD_CHARACTERS } from '../../contract/people/sign-in.ts';
import { invariant } from '../../lib/invariant.ts';
import type { Log } from '../../lib/log.ts';
import type { Database } from '../../store/database.ts';
import { createCookieReader } from './session-cookie.ts';

/** Counted from the last day on which it was used. */
export const SESSION_MS = 14 * 86_400_000;

const PREFIX = 'trunkline';
/** Nobody's: the library wants an address, and never sees one of a caller. */
const BASE = 'http://trunkline.invalid';
const ADDRESS_HEADER = 'x-caller-address';

export interface SignIn {
  /** `path`: one of the library's, behind `/auth`. `cookie`: the header as it came. */
  ask(call: LibraryCall): Promise<LibraryAnswer>;
  hashPassword(password: string): Promise<string>;
  /** The token in a cookie that we signed; null where there is none. */
  sessionToken(cookie: string | undefined): string | null;
}

export interface LibraryCall {
  method?: 'GET' | 'POST';
  path: string;
  body?: object;
  cookie: string | undefined;
  /** From where, and with what: kept with the session. */
  address: string;
  agent: string | undefined;
}

export interface LibraryAnswer {
  status: number;
  body: Readonly<Record<string, unknown>>;
  /** `set-cookie` headers. */
  cookies: readonly string[];
}

export interface SignInOptions {
  database: Database;
  ids: () => string;
  log: Log;
  /** Of the instance; ours is derived from it. */
  secretKey: Buffer;
  /** Cookies are for https alone. */
  secure: boolean;
}

interface Library {
  handler(request: Request): Promise<Response>;
  hash(password: string): Promise<string>;
}

export function createSignIn(options: SignInOptions): SignIn {
  const secret = Buffer.from(
    hkdfSync('sha256', options.secretKey, '', 'trunkline: sessions of people', 32),
  ).toString('base64url');
  let library: Promise<Library> | null = null;
  const open = (): Promise<Library> => {
    library ??= openLibrary(options, secret);
    return library;
  };
  const readCookie = createCookieReader(secret, options.secure);

  return {
    async ask({ method = 'POST', path, body, cookie, address, agent }) {
      const { handler } = await open();
      const headers = new Headers({ origin: BASE, [ADDRESS_HEADER]: address });
      if (cookie !== undefined) headers.set('cookie', cookie);
      if (agent !== undefined) headers.set('user-agent', agent.slice(0, 500));
      if (method === 'POST') headers.set('content-type', 'application/json');
      const answer = await handler(
        new Request(`${BASE}/auth${path}`, {
          method,
          headers,
          ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
        }),
      );
      const text = await answer.text();
      return {
        status: answer.status,
        body: asRecord(text === '' ? null : JSON.parse(text)),
        cookies: answer.headers.getSetCookie(),
      };
    },
    async hashPassword(password) {
      const { hash } = await open();
      return hash(password);
    },
    sessionToken: readCookie,
  };
}

async function openLibrary({ database, ids, log, secure }: SignInOptions, secret: string): Promise<Library> {
  const [{ betterAuth }, { twoFactor }] = await Promise.all([
    import('better-auth'),
    import('better-auth/plugins/two-factor'),
  ]);
  const dates = { createdAt: 'created_at', updatedAt: 'updated_at' };
  const auth = betterAuth({
    appName: 'Trunkline',
    baseURL: BASE,
    basePath: '/auth',
    // Given as a list so that no variable of the environment can take its place.
    secret,
    secrets: [{ version: 1, value: secret }],
    database: { connect: () => database.lend(), end: async () => {} } as never,
    telemetry: { enabled: false },
    logger: {
      log: (level, message) => log[level === 'error' ? 'warn' : 'debug']({ message }, 'sign-in'),
    },
    // Counted by us (limit-sign-ins.ts), in the database.
    rateLimit: { enabled: false },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_CHARACTERS.min,
      maxPasswordLength: PASSWORD_CHARACTERS.max,
    },
    user: {
      modelName: 'people',
      fields: { emailVerified: 'email_verified', ...dates },
    },
    session: {
      modelName: 'sessions',
      fields: {
        userId: 'person_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        ...dates,
      },
      expiresIn: SESSION_MS / 1000,
      updateAge: 86_400,
      cookieCache: { enabled: false },
    },
    account: {
      modelName: 'accounts',
      fields: {
        userId: 'person_id',
        accountId: 'account_id',
        providerId: 'provider_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        ...dates,
      },
    },
    verification: {
      modelName: 'verifications',
      fields: { expiresAt: 'expires_at', ...dates },
      disableCleanup: true,
    },
    advanced: {
      cookiePrefix: PREFIX,
      useSecureCookies: secure,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: () => ids(), validateSchema: false },
    },
    plugins: [
      twoFactor({
        issuer: 'Trunkline',
        schema: {
          user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
          twoFactor: {
            modelName: 'two_factors',
            fields: {
              userId: 'person_id',
              backupCodes: 'backup_codes',
              failedVerificationCount: 'failed_verification_count',
              lockedUntil: 'locked_until',
            },
          },
        },
      }),
    ],
  });
  return { handler: auth.handler, hash: async (password) => (await auth.$context).password.hash(password) };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null) return {};
  invariant(typeof value === 'object', 'the library answers with objects');
  return value as Readonly<Record<string, unknown>>;
}
