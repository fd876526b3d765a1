import type { ErrorAnswer } from './types.ts';

/**
 * A refusal, or no answer at all. Branch on `code`: those of the server are listed in docs/errors.md. Besides:
 * `NETWORK_ERROR` and `TIMED_OUT` (nobody answered, `status` is 0) and `UNEXPECTED_ANSWER` (of something in between,
 * such as a proxy).
 */
export class TrunklineError extends Error {
  override readonly name = 'TrunklineError';
  /** Of HTTP; 0 when nobody answered. */
  readonly status: number;
  readonly code: string;
  /** The sentence for people; the same as `message`. */
  readonly error: string;
  /** Further detail of some codes. */
  readonly reason: string | null;
  /** The field at fault. */
  readonly param: string | null;
  /** Names the request in the server's log. */
  readonly requestId: string | null;
  /** Seconds after which the same call may succeed. */
  readonly retryAfter: number | null;
  /** All that was answered, where it was a refusal of Trunkline. */
  readonly body: ErrorAnswer | null;

  constructor(
    { status, code, error }: { status: number; code: string; error: string },
    details: {
      body?: ErrorAnswer | null;
      requestId?: string | null;
      retryAfter?: number | null;
      cause?: unknown;
    } = {},
  ) {
    super(error, details.cause === undefined ? {} : { cause: details.cause });
    this.status = status;
    this.code = code;
    this.error = error;
    this.body = details.body ?? null;
    this.reason = this.body?.reason ?? null;
    this.param = this.body?.param ?? null;
    this.requestId = this.body?.requestId ?? details.requestId ?? null;
    this.retryAfter = details.retryAfter ?? null;
  }
}

/** Of an answer that is no success. */
export function refusalOf(response: Response, text: string): TrunklineError {
  const details = {
    requestId: response.headers.get('x-request-id'),
    retryAfter: secondsOf(response.headers.get('retry-after')),
  };
  const body = parse(text);
  if (body === null) {
    const error = `Unexpected answer with status ${response.status}`;
    return new TrunklineError({ status: response.status, code: 'UNEXPECTED_ANSWER', error }, details);
  }
  return new TrunklineError({ ...body, status: response.status }, { ...details, body });
}

function parse(text: string): ErrorAnswer | null {
  try {
    const body = JSON.parse(text) as Partial<ErrorAnswer> | null;
    return typeof body?.error === 'string' && typeof body.code === 'string' ? (body as ErrorAnswer) : null;
  } catch {
    return null;
  }
}

function secondsOf(header: string | null): number | null {
  const seconds = Number(header ?? '');
  return header === null || header === '' || !Number.isFinite(seconds) ? null : seconds;
}
