/**
 * Where a request comes from, for the limits that count by address. Behind a reverse proxy that is what the proxy says in
 * `X-Forwarded-For`, if it is one that is trusted. The header is read from its end, where the last proxy wrote: whoever calls may send
 * one too, and what stands before the first address that is not trusted is nobody's word. Not Fastify's `trustProxy`: links
 * of relays are no requests of Fastify's, and of hosts and protocols that a proxy may name nothing is to be believed.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.process>;
export type CallerAddress = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string;

/** `trusted`: as `config.ts` has checked it; nobody where it is empty. */
export function createCallerAddress(trusted: readonly string[]): CallerAddress {
  const isTrusted = trusted.map(matcher);
  return ({ socket, headers }) => {
    const peer = socket.remoteAddress ?? '';
    const forwarded = headers['x-forwarded-for'];
    if (isTrusted.length === 0 || forwarded === undefined) return peer;
    let address = read(peer);
    for (const text of String(forwarded).split(',').reverse()) {
      if (address === null || !isTrusted.some((matches) => matches(address as Address))) break;
      const before = read(text);
      // Hidden, or no address at all: then it is the proxy's.
      if (before === null) break;
      address = before;
    }
    return address?.toString() ?? peer;
  };
}

const RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['loopback'],
  linklocal: ['linkLocal'],
  uniquelocal: ['private', 'uniqueLocal'],
};

function matcher(text: string): (address: Address) => boolean {
  const ranges = RANGES[text];
  if (ranges !== undefined) return (address) => ranges.includes(address.range());
  if (!text.includes('/')) {
    const only = ipaddr.process(text).toString();
    return (address) => address.toString() === only;
  }
  const [network, bits] = ipaddr.parseCIDR(text);
  return (address) => address.kind() === network.kind() && address.match(network, bits);
}

/** IPv4 inside IPv6 is IPv4. Some proxies add the port, which is another for every connection. */
function read(text: string): Address | null {
  const given = text.trim();
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(given)?.[1] ?? /^([\d.]+):\d+$/.exec(given)?.[1] ?? given;
  return isIP(bare) === 0 ? null : ipaddr.process(bare);
}
