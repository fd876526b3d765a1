/**
 * Can messages be sent from here? Each thing that is missing is told with what a person should do about it. The answers
 * come from harmless questions: chat.db is opened, Messages is asked for its version and its accounts.
 */
import type { SelfTest } from '../../driver.ts';
import type { ChatDb } from './chat-db.ts';
import { NO_PERMISSION } from './hand-over.ts';
import type { RunScript } from './osascript.ts';
import { ASK_SCRIPT } from './scripts.ts';
import { wordsOf } from './words.ts';

type Check = SelfTest['checks'][number];

const ASK_MS = 8_000;
/** `account` and `participant` are words of Messages since Big Sur; what Node asks for is newer still. */
const OLDEST_MACOS = 11;
const NOT_PERMITTED = -1743;

export async function testMessages(db: ChatDb, run: RunScript, nodePath: string): Promise<SelfTest> {
  const asked = await run({ script: ASK_SCRIPT, args: [], timeoutMs: ASK_MS });
  const answer = asked.result === 'done' ? readAccounts(asked.output) : null;
  const checks = [
    checkDatabase(db, nodePath),
    checkAutomation(asked.result === 'done' ? null : asked.message, answer, nodePath),
    checkSignedIn(answer),
    checkVersion(answer),
  ];
  const versions = Object.entries({ macos: answer?.macos, messages: answer?.messages });
  return {
    ok: checks.every(({ ok }) => ok),
    checks,
    versions: Object.fromEntries(
      versions.filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  };
}

export interface Answer {
  macos?: string;
  messages?: string;
  accounts: { service: string; isEnabled: boolean }[];
  error: { code: number; message: string } | null;
}

/** What the script that asks has to say: one thing on each line. */
export function readAccounts(output: string): Answer {
  const answer: Answer = { accounts: [], error: null };
  for (const line of output.split(/\r\n|\r|\n/)) {
    const [word, ...rest] = line.split(' ');
    if (word === 'macos') answer.macos = rest.join(' ');
    if (word === 'messages') answer.messages = rest.join(' ');
    if (word === 'account') answer.accounts.push({ service: rest[0] ?? '', isEnabled: rest[1] === 'true' });
    if (word === 'error') answer.error = { code: Number(rest[0]), message: rest.slice(1).join(' ') };
  }
  return answer;
}

function checkDatabase(db: ChatDb, nodePath: string): Check {
  const check = 'full-disk-access';
  try {
    db.newestRow();
    db.rowsAfter(0, 'from-others', 1);
    return { check, ok: true, message: 'chat.db can be read.' };
  } catch (error) {
    const message =
      `chat.db can't be read (${wordsOf(error)}): allow ${nodePath} in System Settings, Privacy & Security, Full Disk ` +
      'Access, and see that Messages was opened once on this Mac.';
    return { check, ok: false, message };
  }
}

function checkAutomation(silence: string | null, answer: Answer | null, nodePath: string): Check {
  const check = 'automation';
  if (silence !== null) {
    const message = `Messages can't be asked (${silence}): see that a person is signed in on the screen of this Mac and that no dialog waits there.`;
    return { check, ok: false, message };
  }
  const error = answer?.error ?? null;
  if (error === null) return { check, ok: true, message: 'Messages answers to AppleScript.' };
  if (error.code === NOT_PERMITTED)
    return { check, ok: false, message: `${NO_PERMISSION} Its name there: ${nodePath}.` };
  const message = `Messages answers with an error (${error.message}, ${error.code}): open Messages on this Mac and see what it says.`;
  return { check, ok: false, message };
}

function checkSignedIn(answer: Answer | null): Check {
  const check = 'signed-in';
  if (answer === null || answer.error !== null) {
    return { check, ok: false, message: 'Unknown as long as Messages does not answer: mend that first.' };
  }
  const account = answer.accounts.find(({ service }) => service === 'iMessage');
  if (account?.isEnabled) return { check, ok: true, message: 'An iMessage account is signed in.' };
  const message =
    account === undefined
      ? 'Messages has no iMessage account: sign in with an Apple Account in Messages, Settings, iMessage.'
      : 'The iMessage account is switched off: enable it in Messages, Settings, iMessage.';
  return { check, ok: false, message };
}

function checkVersion(answer: Answer | null): Check {
  const check = 'macos-version';
  if (answer?.macos === undefined) return { check, ok: true, message: 'The version of macOS is not known.' };
  const ok = Number.parseInt(answer.macos, 10) >= OLDEST_MACOS;
  const message = ok
    ? `macOS ${answer.macos}.`
    : `macOS ${answer.macos} is too old: update to macOS ${OLDEST_MACOS} or newer.`;
  return { check, ok, message };
}
