/** The calls of `/auth`, which belong to who sits before the browser and not to a workspace. Each throws a `TrunklineError`. */
import { TrunklineError } from '@trunkline/sdk';

export async function signIn(email: string, password: string): Promise<{ codeNeeded: boolean }> {
  return post('/auth/sign-in', { email, password });
}

/** The second step; and, while signed in, the last one of switching codes on. */
export async function enterCode(
  code: string,
  { isBackup = false, trustDevice = false }: { isBackup?: boolean; trustDevice?: boolean } = {},
): Promise<void> {
  await post(isBackup ? '/auth/backup-code' : '/auth/code', { code, trustDevice });
}

export async function signOut(): Promise<void> {
  await post('/auth/sign-out');
}

export async function signOutElsewhere(): Promise<void> {
  await post('/auth/sign-out-elsewhere');
}

export async function rename(name: string): Promise<void> {
  await post('/auth/name', { name });
}

export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  await post('/auth/password', { currentPassword, newPassword });
}

/** `uri` is for the telephone, as a QR code. */
export async function beginCodes(password: string): Promise<{ uri: string; backupCodes: string[] }> {
  return post('/auth/codes/begin', { password });
}

export async function endCodes(password: string): Promise<void> {
  await post('/auth/codes/end', { password });
}

export async function newBackupCodes(password: string): Promise<{ backupCodes: string[] }> {
  return post('/auth/codes/backup', { password });
}

async function post<Body>(path: string, body?: object): Promise<Body> {
  const answer = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch((cause: Error) => {
    throw new TrunklineError(
      { status: 0, code: 'NETWORK_ERROR', error: 'The server does not answer.' },
      { cause },
    );
  });
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text) as Body;
  const { code, error } = refusalIn(text);
  throw new TrunklineError({
    status: answer.status,
    code,
    error: error ?? `The server answered ${answer.status}.`,
  });
}

/** What stands between may answer with a page. */
function refusalIn(text: string): { code: string; error: string | null } {
  try {
    const { code, error } = JSON.parse(text) as { code?: string; error?: string };
    return { code: code ?? 'UNEXPECTED_ANSWER', error: error ?? null };
  } catch {
    return { code: 'UNEXPECTED_ANSWER', error: null };
  }
}
