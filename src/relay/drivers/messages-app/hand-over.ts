/**
 * Gives one message to Messages: into the conversation that it already has with this address, else to the address as a
 * participant of the iMessage account. Says whether anything can have left; what did is for chat.db to tell.
 */
import type { Outcome } from '../../../domain/outcome.ts';
import type { Deadline } from '../../../lib/clock.ts';
import type { RunScript, ScriptResult } from './osascript.ts';
import { SEND_SCRIPT } from './scripts.ts';

export type HandedOver =
  /** Nothing left, for certain. */
  | { left: 'nothing'; outcome: Outcome }
  /** `message` is what was amiss; null when Messages took it without a word. */
  | { left: 'perhaps'; message: string | null };

export interface Order {
  address: string;
  /** As chat.db has it, `iMessage;-;…` or `any;-;…`; null when there is no conversation yet. */
  chatGuid: string | null;
  text: string;
  paths: readonly string[];
}

export async function handOver(
  run: RunScript,
  { address, chatGuid, text, paths }: Order,
  lease: Deadline,
  timeoutMs: number,
): Promise<HandedOver> {
  const send = (way: 'chat' | 'participant', recipient: string) =>
    lease.hasPassed()
      ? null
      : run({ script: SEND_SCRIPT, args: [way, recipient, text, ...paths], timeoutMs, signal: lease.signal });

  if (chatGuid !== null) {
    const result = await send('chat', chatGuid);
    if (result === null) return tooLate();
    // chat.db knows conversations that Messages, newly started or on macOS 26, does not.
    if (!isUnknownChat(result)) return read(result);
  }
  const result = await send('participant', address);
  return result === null ? tooLate() : read(result);
}

/** AppleScript's words for: there is no such thing, no such index, and it can't be made into one. */
const NO_SUCH_THING = [-1728, -1719, -1700];
const NOT_PERMITTED = -1743;
/** Of these `send` itself is certain: it was refused before Messages did anything. */
const REFUSED = [...NO_SUCH_THING, NOT_PERMITTED, -1708];

interface Failure {
  code: number;
  message: string;
  /** Where the script was; null when it says nothing of it, because it never began. */
  stage: string | null;
  /** Files that Messages had already taken. */
  handedOver: number;
}

function failureOf({ code, message }: { code: number; message: string }): Failure {
  const words = /trunkline:(\w+):(\d+): ([\s\S]*)$/.exec(message);
  return words === null
    ? { code, message, stage: null, handedOver: 0 }
    : { code, message: words[3] ?? '', stage: words[1] ?? '', handedOver: Number(words[2]) };
}

function isUnknownChat(result: ScriptResult): boolean {
  if (result.result !== 'failed') return false;
  const { code, stage, handedOver } = failureOf(result);
  return NO_SUCH_THING.includes(code) && handedOver === 0 && (stage === 'chat' || stage === 'send');
}

function read(result: ScriptResult): HandedOver {
  switch (result.result) {
    case 'done':
      return { left: 'perhaps', message: null };
    case 'interrupted':
      return { left: 'perhaps', message: result.message };
    case 'not_run':
      return nothing('osascript', result.message, true);
    case 'failed':
      return readFailure(failureOf(result));
  }
}

function readFailure({ code, message, stage, handedOver }: Failure): HandedOver {
  const name = `AE${Math.abs(code)}`;
  const words = message.replaceAll(/\s+/g, ' ').trim();
  if (code === NOT_PERMITTED && handedOver === 0) return nothing(name, NO_PERMISSION, true);
  // The script had not come to its first `send`.
  if (stage === 'account')
    return nothing(name, `Messages has no iMessage account to send from: ${words}`, true);
  if (stage === 'chat' || stage === 'participant') {
    return nothing(name, `Messages can't write to this address: ${words}`, !NO_SUCH_THING.includes(code));
  }
  if (stage === 'send' && handedOver === 0 && REFUSED.includes(code)) {
    return nothing(name, `Messages refused it: ${words}`, false);
  }
  return { left: 'perhaps', message: `Messages answered with an error: ${words} (${code})` };
}

export const NO_PERMISSION =
  'This process may not control Messages: allow it in System Settings, Privacy & Security, Automation.';

function tooLate(): HandedOver {
  return nothing('lease_over', 'The time for this send was over before Messages was asked.', false);
}

function nothing(code: string, message: string, lineBad: boolean): HandedOver {
  const outcome = { outcome: 'rejected', permanent: false, code, message } as const;
  return { left: 'nothing', outcome: lineBad ? { ...outcome, lineBad } : outcome };
}
