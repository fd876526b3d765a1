/**
 * Where a session ends, in this tab or in another: everything that was loaded is let go with the page, and the sign-in leads back.
 * Tabs tell each other; a session that ran out is noticed by the first call that is refused.
 */
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('session');
const OPEN = ['/sign-in', '/setup', '/join'];

/** Once, at the start. */
export function watchSession(): void {
  channel?.addEventListener('message', ({ data }) => {
    if (data === 'ended') goToSignIn();
    if (data === 'begun' && location.pathname === '/sign-in') goOn();
  });
}

/** The person signed out: every tab goes to the sign-in. */
export function endSession(): void {
  channel?.postMessage('ended');
  location.assign('/sign-in');
}

let renewal: Promise<unknown> = Promise.resolve();

/** One session takes the place of another, as with a new password: in between every call is refused, which is no end. */
export function renewSession(renew: () => Promise<void>): Promise<void> {
  const renewed = renew();
  renewal = renewed.catch(() => {});
  return renewed.then(() => channel?.postMessage('begun'));
}

/** A call was refused for want of a session: unless there is another one by now. */
export async function leave(): Promise<void> {
  await renewal;
  const answer = await fetch('/api/me', { credentials: 'same-origin' }).catch(() => null);
  if (answer?.status === 401) goToSignIn();
}

function goToSignIn(): void {
  if (OPEN.includes(location.pathname)) return;
  const next = `${location.pathname}${location.search}`;
  location.assign(next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`);
}

/** Somebody signed in: to where the way was leading. The page starts anew, with nothing of before in any cache. */
export function beginSession(): void {
  channel?.postMessage('begun');
  goOn();
}

function goOn(): void {
  location.assign(ownPath(new URLSearchParams(location.search).get('next')) ?? '/');
}

/** Only to a place of our own: whoever sends a link must not choose where it leads after the sign-in. */
export function ownPath(next: unknown): string | null {
  if (typeof next !== 'string' || !next.startsWith('/')) return null;
  const target = URL.parse(next, 'http://own.invalid');
  if (target === null || target.origin !== 'http://own.invalid') return null;
  // Of `/.//elsewhere` the dots are taken out, and what is left would be read as the name of a server.
  return target.pathname.startsWith('//') ? null : `${target.pathname}${target.search}`;
}
