/** What a client of Sendblue can do here: send (docs/migrating.md). */
import type { SendblueMessage } from '../../contract/doors/sendblue-door.ts';
import type { DoorSend } from '../../contract/doors/twilio-door.ts';
import type { Deps } from '../../deps.ts';
import type { Caller } from '../access/authenticate.ts';
import { presentSendblue } from './present-door.ts';
import { type DoorOptions, sendByDoor } from './send-by-door.ts';

export async function sendBySendblue(
  deps: Deps,
  caller: Caller,
  send: DoorSend,
  sendStyle: string,
  options: DoorOptions,
): Promise<SendblueMessage> {
  const { snapshot, ...found } = await sendByDoor(deps, caller, send, options);
  const accountEmail = snapshot.memberEmails[0] ?? '';
  // Whoever opted out is refused at once; everything else is on its way.
  const step = found.message.status === 'failed' ? 'failed' : null;
  return presentSendblue(found, step, snapshot.lines, { accountEmail, sendStyle });
}
