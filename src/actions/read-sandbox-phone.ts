/** What a simulated phone or mailbox has received from the caller's workspace. */
import type { SandboxPhoneAnswer } from '../contract/sandbox.ts';
import type { Deps } from '../deps.ts';
import { normalizeAddress } from '../domain/address.ts';
import { toIso } from '../lib/clock.ts';
import { readPhone } from '../store/sandbox.ts';
import type { Caller } from './authenticate.ts';

export async function readSandboxPhone(
  deps: Deps,
  { workspaceId }: Caller,
  given: string,
): Promise<SandboxPhoneAnswer> {
  const address = normalizeAddress(given) ?? given;
  const copies = await readPhone(deps.database, workspaceId, address);
  return {
    address,
    messages: copies.map(({ id, message, messageType, lineId, receivedAt, reference, subject, attempt }) => ({
      _id: id,
      message,
      messageType,
      fromLineId: lineId,
      receivedAt: toIso(receivedAt),
      reference,
      subject,
      attempt,
    })),
  };
}
