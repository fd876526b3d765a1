/** What may be told of a BlueBubbles server, and what is refused before it is stored. */
import net from 'node:net';
import { isPublicAddress } from '../lib/public-address.ts';

export const METHODS = ['auto', 'private-api', 'apple-script'] as const;
export type Method = (typeof METHODS)[number];

/** What a bluebubbles line's `transportConfig` holds; its secret is the server's password. */
export interface BlueBubblesSettings {
  /** Without a slash at its end. */
  serverUrl: string;
  /** `auto`: the Private API while its helper is connected, else AppleScript. */
  method: Method;
}

/** A server and the password for it. */
export interface BlueBubblesServer extends BlueBubblesSettings {
  password: string;
}

const MAX_URL = 2_048;

/** The settings, or the public sentence that says what is wrong with them. */
export function readBlueBubblesSettings(
  config: Readonly<Record<string, unknown>>,
): BlueBubblesSettings | string {
  const { serverUrl, method = 'auto', ...strangers } = config;
  const [stranger] = Object.keys(strangers);
  if (stranger !== undefined) return `transportConfig.${stranger} is not a setting of a bluebubbles line`;
  const server = readServerUrl(serverUrl);
  if ('wrong' in server) return `transportConfig.serverUrl ${server.wrong}`;
  const known = METHODS.find((each) => each === method);
  if (known === undefined) return 'transportConfig.method must be "auto", "private-api" or "apple-script"';
  return { serverUrl: server.url, method: known };
}

/** Without a slash at its end; or what is wrong with it, the end of a sentence. */
export function readServerUrl(text: unknown): { url: string } | { wrong: string } {
  const url = typeof text === 'string' && text.length <= MAX_URL ? URL.parse(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return { wrong: 'must be the http or https address of a BlueBubbles server' };
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return { wrong: 'must be an address alone; the password of the server has a place of its own' };
  return { url: `${url.origin}${url.pathname}`.replace(/\/+$/, '') };
}

/** Only what can be told without a look-up: names are checked whenever they are connected to. */
export function isPrivateLiteral({ serverUrl }: BlueBubblesSettings): boolean {
  const host = new URL(serverUrl).hostname.replace(/^\[|\]$/g, '');
  return net.isIP(host) !== 0 && !isPublicAddress(host);
}
