/**
 * What an answer to a send proves. Status 200 says only that a row exists on the Mac, and a 500 may mean that it was sent
 * all the same: of everything else, only words that are known to come before the hand-over are taken for a refusal. Pure.
 */

import type { Outcome } from '../domain/outcome.ts';
import type { Answer, BlueBubblesMessage } from './api.ts';

type Failure = Exclude<Outcome, { outcome: 'accepted' }>;

export type Verdict =
  | { taken: true; answer: unknown }
  /** The row is there with an error that the answer does not name. */
  | { taken: false; failedRow: true }
  | { taken: false; failedRow?: false; failure: Failure };

const UNREACHABLE_ERROR = 22;
/** Looked at before anything is handed over. */
const PRIVATE_API_OFF = /Private API (Helper )?is not (enabled|connected)/i;

/**
 * AppleScript's own numbers, where they prove that nothing left. Whatever else a script says may have come after a first
 * try of the server's that did send, since it tries a second way after any error.
 */
const SCRIPT_ERRORS: Readonly<Record<string, { permanent: boolean; lineBad?: true; message: string }>> = {
  '-1728': { permanent: true, message: 'Messages knows nobody by this address' },
  '-1743': { permanent: false, lineBad: true, message: 'The Mac does not let BlueBubbles control Messages' },
  '-1700': {
    permanent: false,
    lineBad: true,
    message: 'On this macOS new conversations can only be begun with the Private API',
  },
  '-600': { permanent: false, lineBad: true, message: 'Messages is not running on the Mac' },
  '-609': { permanent: false, lineBad: true, message: 'Messages does not answer on the Mac' },
};

export function verdictOn(answer: Answer): Verdict {
  if (answer.got === 'nobody') {
    const { message } = answer;
    return failed({ outcome: 'rejected', permanent: false, code: 'unreachable', message, lineBad: true });
  }
  if (answer.got === 'silence') return failed({ outcome: 'unknown', message: answer.message });
  const { status, error, message } = answer;
  const words = error || message || `The server answered ${status}`;
  switch (status) {
    case 200:
      return { taken: true, answer: answer.data };
    case 400:
      // The server still has an earlier request of this very attempt.
      if (/already queued/i.test(error)) return failed({ outcome: 'unknown', message: words });
      return failed({ outcome: 'rejected', permanent: true, code: 'bad_request', message: words });
    case 401:
    case 403:
      return failed(lineFault('unauthorized', `The BlueBubbles server refuses the password: ${words}`));
    case 404:
      return failed({ outcome: 'rejected', permanent: true, code: 'not_found', message: words });
    case 500:
      return onServerError(answer.data, words);
    default:
      return failed({ outcome: 'unknown', message: words });
  }
}

/** What an error number of Apple's means: 22 is "not on iMessage"; nobody documents the others, so none is sent again. */
export function appleFailure(error: number): Failure {
  if (error === UNREACHABLE_ERROR)
    return { outcome: 'not_on_channel', message: 'The recipient cannot be reached by iMessage (error 22)' };
  const message = `Messages could not send it (error ${error})`;
  return { outcome: 'rejected', permanent: true, code: String(error), message };
}

function onServerError(data: unknown, words: string): Verdict {
  if (PRIVATE_API_OFF.test(words)) return failed(lineFault('private_api', words));
  const failedMessage = data as Partial<BlueBubblesMessage> | null | undefined;
  if (typeof failedMessage?.error === 'number' && failedMessage.error !== 0)
    return failed(appleFailure(failedMessage.error));
  if (/sent with an error/i.test(words)) return { taken: false, failedRow: true };
  const [, number = ''] = /\((-\d+)\)/.exec(words) ?? [];
  const known = SCRIPT_ERRORS[number];
  if (known === undefined) return failed({ outcome: 'unknown', message: words });
  const { permanent, lineBad } = known;
  return failed({
    outcome: 'rejected',
    permanent,
    code: number.slice(1),
    message: `${known.message}: ${words}`,
    ...(lineBad === undefined ? {} : { lineBad }),
  });
}

export function lineFault(code: string, message: string): Failure {
  return { outcome: 'rejected', permanent: false, code, message, lineBad: true };
}

function failed(failure: Failure): Verdict {
  return { taken: false, failure };
}
