/** What a person does about the own account: sign in and out, password, codes. The library does it; here its words become ours. */
import { type ProblemCode, problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { deleteSession, forgetBrowsers } from '../../store/people/people.ts';
import { countAttempt } from '../../store/people/sign-in-attempts.ts';
import { clearAttempts, limitAttempts } from './limit-sign-ins.ts';
import type { Session } from './sessions.ts';
import type { LibraryAnswer } from './sign-in.ts';

/** The browser that asks. */
export interface Visitor {
  cookie: string | undefined;
  address: string;
  agent: string | undefined;
}

/** With `set-cookie` headers for the browser. */
export interface WithCookies<Body> {
  body: Body;
  cookies: readonly string[];
}

type Done = WithCookies<{ success: true }>;

/** Longer than a code is good for: its own half minute and one on each side. */
const CODE_MS = 120_000;

export async function signIn(
  deps: Deps,
  visitor: Visitor,
  { email, password, remember }: { email: string; password: string; remember: boolean },
): Promise<WithCookies<{ success: true; codeNeeded: boolean }>> {
  const about = `password of ${email}`;
  await limitAttempts(deps, about, visitor.address);
  const body = { email, password, rememberMe: remember };
  const { body: answer, cookies } = await ask(deps, visitor, '/sign-in/email', body);
  await clearAttempts(deps, about, visitor.address);
  await endSessionOf(deps, visitor);
  return { body: { success: true, codeNeeded: answer.twoFactorRedirect === true }, cookies };
}

/** The second step. The library counts wrong codes of a person, and locks for a quarter of an hour after ten. */
export async function enterCode(
  deps: Deps,
  visitor: Visitor,
  kind: 'totp' | 'backup-code',
  code: { code: string; trustDevice: boolean },
): Promise<Done> {
  const before = await deps.people.sessions.find(visitor.cookie);
  const answer = await ask(deps, visitor, `/two-factor/verify-${kind}`, code);
  if (kind === 'totp') await refuseUsedCode(deps, answer, before, code.code);
  return done(answer);
}

/** Whoever saw a code being entered can't enter it, too (RFC 6238, 5.2). The library takes one as often as it comes. */
async function refuseUsedCode(
  deps: Deps,
  { cookies }: LibraryAnswer,
  before: Session | null,
  code: string,
): Promise<void> {
  const cookie = cookies.map((each) => each.split(';', 1)[0]).join('; ');
  const session = await deps.people.sessions.find(cookie);
  // Whoever was in already has switched codes on, or got nothing.
  if (session === null || session.personId === before?.personId) return;
  const about = `code ${code} of ${session.personId}`;
  const { count } = await countAttempt(deps.database, about, deps.clock.now(), CODE_MS);
  if (count === 1) return;
  await endSessionOf(deps, { cookie });
  throw problem('WRONG_CODE', { error: 'This code was used already: wait for the next one' });
}

/** Nobody holds the cookie any more where another one takes its place, or nobody is to have it. */
async function endSessionOf(deps: Deps, { cookie }: Pick<Visitor, 'cookie'>): Promise<void> {
  const token = deps.people.signIn.sessionToken(cookie);
  if (token === null) return;
  await deleteSession(deps.database, token);
  deps.people.sessions.forget();
}

export async function signOut(deps: Deps, visitor: Visitor): Promise<Done> {
  // First of all by ourselves: the library would say that it is done even if the database could not be reached.
  await endSessionOf(deps, visitor);
  return done(await ask(deps, visitor, '/sign-out', {}));
}

/** Every other session of the person ends; this one gets a new token. */
export async function changePassword(
  deps: Deps,
  visitor: Visitor,
  { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
): Promise<Done> {
  const body = { currentPassword, newPassword, revokeOtherSessions: true };
  return forgettingBrowsers(deps, visitor, () => askKnown(deps, visitor, '/change-password', body));
}

export async function renamePerson(deps: Deps, visitor: Visitor, name: string): Promise<Done> {
  return done(await askKnown(deps, visitor, '/update-user', { name }));
}

export async function endOtherSessions(deps: Deps, visitor: Visitor): Promise<Done> {
  return forgettingBrowsers(deps, visitor, () => askKnown(deps, visitor, '/revoke-other-sessions', {}));
}

/** Codes are asked for once the first one was entered. */
export async function beginCodes(
  deps: Deps,
  visitor: Visitor,
  password: string,
): Promise<WithCookies<{ uri: string; backupCodes: string[] }>> {
  const { body, cookies } = await askKnown(deps, visitor, '/two-factor/enable', { password, method: 'totp' });
  return { body: { uri: String(body.totpURI), backupCodes: body.backupCodes as string[] }, cookies };
}

export async function endCodes(deps: Deps, visitor: Visitor, password: string): Promise<Done> {
  // Else those of now would be trusted still when codes are on again, with whatever telephone.
  return forgettingBrowsers(deps, visitor, () =>
    askKnown(deps, visitor, '/two-factor/disable', { password }),
  );
}

export async function newBackupCodes(
  deps: Deps,
  visitor: Visitor,
  password: string,
): Promise<WithCookies<{ backupCodes: string[] }>> {
  const answer = await askKnown(deps, visitor, '/two-factor/generate-backup-codes', { password });
  return { body: { backupCodes: answer.body.backupCodes as string[] }, cookies: answer.cookies };
}

/** A session that is used lives on; asked once a day at most it writes anything. */
export async function renewSession(deps: Deps, visitor: Visitor): Promise<readonly string[]> {
  const { cookies } = await deps.people.signIn.ask({ ...visitor, method: 'GET', path: '/get-session' });
  return cookies;
}

/** No browser is trusted any more: each asks for a code at the next sign-in. */
async function forgettingBrowsers(
  deps: Deps,
  visitor: Visitor,
  ask: () => Promise<LibraryAnswer>,
): Promise<Done> {
  const session = await deps.people.sessions.find(visitor.cookie);
  const answer = await ask();
  if (session !== null) await forgetBrowsers(deps.database, session.personId);
  return done(answer);
}

/** Of somebody signed in. What is asked for takes a password: it is tried as rarely as at the door. */
async function askKnown(deps: Deps, visitor: Visitor, path: string, body: object): Promise<LibraryAnswer> {
  const session = await deps.people.sessions.find(visitor.cookie);
  if (session === null) throw problem('UNAUTHORIZED');
  const takesPassword = 'password' in body || 'currentPassword' in body;
  const about = `password within a session of ${session.personId}`;
  if (takesPassword) await limitAttempts(deps, about, visitor.address);
  const answer = await ask(deps, visitor, path, body);
  if (takesPassword) await clearAttempts(deps, about, visitor.address);
  return answer;
}

async function ask(deps: Deps, visitor: Visitor, path: string, body: object): Promise<LibraryAnswer> {
  const answer = await deps.people.signIn.ask({ ...visitor, path, body });
  deps.people.sessions.forget();
  if (answer.status < 300) return answer;
  const code = String(answer.body.code ?? '');
  const refusal = REFUSALS[code];
  if (refusal !== undefined) throw problem(refusal, refusal === 'RATE_LIMITED' ? LOCKED : {});
  if (answer.status === 401) throw problem('UNAUTHORIZED');
  // Of two who bring one backup code at once, the one who came second.
  if (answer.status === 409) throw problem('SIGN_IN_AGAIN');
  throw new Error(`sign-in: ${path} was answered by ${answer.status} ${code}`);
}

const LOCKED = {
  error: 'Too many wrong codes: try again in a quarter of an hour',
  retryAfter: 900,
};

/** The library's words for what may go wrong by the caller's doing. */
const REFUSALS: Readonly<Record<string, ProblemCode>> = {
  INVALID_EMAIL_OR_PASSWORD: 'SIGN_IN_FAILED',
  INVALID_EMAIL: 'SIGN_IN_FAILED',
  INVALID_PASSWORD: 'WRONG_PASSWORD',
  INVALID_CODE: 'WRONG_CODE',
  INVALID_BACKUP_CODE: 'WRONG_CODE',
  INVALID_TWO_FACTOR_COOKIE: 'SIGN_IN_AGAIN',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'SIGN_IN_AGAIN',
  ACCOUNT_TEMPORARILY_LOCKED: 'RATE_LIMITED',
  TOTP_ALREADY_ENABLED: 'CODES_ALREADY_ON',
  TOTP_NOT_ENABLED: 'CODES_NOT_ON',
  TWO_FACTOR_NOT_ENABLED: 'CODES_NOT_ON',
  BACKUP_CODES_NOT_ENABLED: 'CODES_NOT_ON',
};

function done({ cookies }: LibraryAnswer): Done {
  return { body: { success: true }, cookies };
}
