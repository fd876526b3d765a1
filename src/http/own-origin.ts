/**
 * Whether a browser asks on behalf of a page of ours (D35). A cookie comes along whoever's page asks, so that a write with one needs
 * this proof: what browsers say by themselves, and pages can't. `SameSite` alone would let other ports of this machine in.
 */
import type { FastifyRequest } from 'fastify';

/** null: nobody says so; then it is no browser, which would tell of any write. */
export function isFromOurPage(headers: FastifyRequest['headers'], publicUrl: string | null): boolean | null {
  const site = headers['sec-fetch-site'];
  // Told on https and loopback alone.
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  if (origin === undefined) return null;
  const asked = URL.parse(origin);
  if (asked === null || origin !== asked.origin) return false;
  return (
    asked.host === host?.toLowerCase() || (publicUrl !== null && asked.origin === new URL(publicUrl).origin)
  );
}
