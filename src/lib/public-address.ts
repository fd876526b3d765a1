/** Which addresses may be called on the word of a stranger. */
import ipaddr from 'ipaddr.js';

/** Public by their range, and yet the inside of a cloud: Azure answers every virtual machine there. */
const INSIDE = new Set(['168.63.129.16']);

/**
 * Unicast on the public Internet. IPv4 inside IPv6 is judged as IPv4; of IPv6 only what is given out to the public
 * (2000::/3), so that no form of writing an IPv4 address, nor one yet to come, slips through.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  if (address.kind() === 'ipv4') return !INSIDE.has(address.toString());
  return (address.toByteArray()[0] ?? 0) >> 5 === 0b001;
}
