/** The cookie of a session: a token and our signature of it, as better-auth writes them. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Takes a `Cookie` header; null when it holds no token that we signed. Costs no look-up, whatever it is sent. */
export function createCookieReader(
  secret: string,
  secure: boolean,
): (header: string | undefined) => string | null {
  const name = `${secure ? '__Secure-' : ''}trunkline.session_token`;
  return (header) => {
    const value = cookieIn(header, name);
    if (value === null) return null;
    const end = value.lastIndexOf('.');
    const token = value.slice(0, Math.max(0, end));
    // As text: the same bytes can be written in base64 in several ways.
    const signature = Buffer.from(value.slice(end + 1));
    const ours = Buffer.from(createHmac('sha256', secret).update(token).digest('base64'));
    const isOurs = token !== '' && signature.length === ours.length && timingSafeEqual(signature, ours);
    return isOurs ? token : null;
  };
}

/** The first of that name. */
function cookieIn(header: string | undefined, name: string): string | null {
  for (const part of header?.split(';') ?? []) {
    const [key, ...value] = part.split('=');
    if (key?.trim() === name) return decoded(value.join('=').trim());
  }
  return null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
