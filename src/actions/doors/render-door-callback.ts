/** What a client of another service is told of a message, ready to be posted. */

import { twilioSignature } from '../../channels/twilio-signature.ts';
import type { Deps } from '../../deps.ts';
import type { DoorStep } from '../../domain/door-states.ts';
import type { DoorCallback, DoorMessage } from '../../store/messages/door-messages.ts';
import { presentSendblue, twilioCallback } from './present-door.ts';
import { doorContext } from './send-by-door.ts';

export interface RenderedCallback {
  headers: Record<string, string>;
  body: string;
}

export async function renderDoorCallback(
  deps: Deps,
  callback: DoorCallback,
  found: DoorMessage,
  step: DoorStep,
): Promise<RenderedCallback> {
  const snapshot = await deps.snapshots.read(callback.workspaceId);
  const lines = snapshot?.lines ?? [];
  if (callback.door === 'sendblue' || callback.secret === null) {
    const about = { accountEmail: snapshot?.memberEmails[0] ?? '', sendStyle: '' };
    const body = JSON.stringify(presentSendblue(found, step, lines, about));
    return { headers: { 'content-type': 'application/json' }, body };
  }
  const form = new URLSearchParams(twilioCallback(found, step, lines, callback.account));
  const key = deps.secrets.open(callback.secret, doorContext(callback.workspaceId));
  return {
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-twilio-signature': twilioSignature(key, callback.url, form),
      // The same for every attempt to tell this step.
      'i-twilio-idempotency-token': `${callback.messageId}-${step}`,
    },
    body: form.toString(),
  };
}
