/** Addresses that callers name for us to call (D27, D33). Names are looked up, and judged, each time something is fetched. */
import { isIP } from 'node:net';
import { isPublicAddress } from '../lib/public-address.ts';

export interface UrlRules {
  /** Also on private addresses, and by plain http on this machine. */
  allowPrivateHosts: boolean;
}

/** What the address lacks, as the end of a sentence; null: it may be called. */
export function troubleOfUrl(
  text: string,
  { allowPrivateHosts }: UrlRules,
  { plainHttp }: { plainHttp: boolean },
): string | null {
  const url = URL.parse(text);
  if (url === null) return 'not a URL';
  // A host of this name is none, and where placeholders are filled in it would be anybody's.
  if (/[{}]/.test(url.host)) return 'must name its host';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isHere = host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
  const isPlainAllowed = plainHttp || (isHere && allowPrivateHosts);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isPlainAllowed))
    return plainHttp ? 'must begin with http:// or https://' : 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  if (!allowPrivateHosts && (isHere || (isIP(host) !== 0 && !isPublicAddress(host))))
    return 'is not a public address';
  return null;
}
