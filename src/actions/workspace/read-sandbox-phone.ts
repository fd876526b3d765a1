/** What a simulated phone or mailbox has received from the caller's workspace. */
import { MAX_SANDBOX_COPIES, type SandboxPhoneAnswer } from '../../contract/lines/sandbox.ts';
import type { Deps } from '../../deps.ts';
import { normalizeAddress } from '../../domain/address.ts';
import { toIso } from '../../lib/clock.ts';
import { readPhone } from '../../store/lines/sandbox.ts';
import type { Caller } from '../access/authenticate.ts';

export async function readSandboxPhone(
  deps: Deps,
  { workspaceId }: Caller,
  given: string,
): Promise<SandboxPhoneAnswer> {
  const address = normalizeAddress(given) ?? given;
  const { copies, total } = await readPhone(deps.database, workspaceId, address, MAX_SANDBOX_COPIES);
  return {
    address,
    total,
    messages: copies.map(({ id, lineId, receivedAt, attachments, ...copy }) => ({
      _id: id,
      message: copy.message,
      messageType: copy.messageType,
      fromLineId: lineId,
      receivedAt: toIso(receivedAt),
      reference: copy.reference,
      subject: copy.subject,
      attempt: copy.attempt,
      attachmentUrls: (attachments ?? []).map(({ url }) => url),
      attachmentNames: (attachments ?? []).map(({ name }) => name),
    })),
  };
}
