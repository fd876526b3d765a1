import { describe, expect, test } from 'vitest';
import { PROBLEMS, Problem, type ProblemCode, problem, toBody } from './problems.ts';

/** Sentences and statuses that clients of the documented API may already compare with (contract 3.0, 3.1, 3.2, 3.7, 4.9). */
const DOCUMENTED: readonly [ProblemCode, number, string][] = [
  ['FOREIGN_ATTACHMENT', 403, 'Attachment URL does not belong to this organization'],
  ['UNAUTHORIZED', 401, 'Unauthorized'],
  ['READ_ONLY', 402, 'READ_ONLY'],
  ['INTERNAL', 500, 'Internal server error'],
  ['NO_ACTIVE_WORKSPACE', 400, 'No active workspace'],
  ['RATE_LIMITED', 429, 'Rate limit exceeded'],
  ['BODY_NOT_OBJECT', 400, 'Request body must be a JSON object'],
  ['INVALID_JSON', 400, 'Invalid request body (JSON required)'],
  ['MESSAGE_EMPTY', 400, 'Message and attachmentUrls cannot both be empty'],
  ['INVALID_MESSAGE_TYPE', 400, 'Invalid messageType. Must be email, sms, or imessage'],
  ['ATTACHMENTS_NOT_ARRAY', 400, 'attachmentUrls must be an array'],
  ['TOO_MANY_ATTACHMENTS', 400, 'Maximum 2 attachments per message'],
  ['NO_ACTIVE_LINES', 400, 'No active lines in workspace. Add and activate a line, or provide fromLineId.'],
  ['INVALID_SCHEDULED_DATE', 400, 'Invalid scheduledDate format'],
  [
    'INVALID_TIME_FORMAT',
    400,
    'Invalid time format. sendWindowStart and sendWindowEnd must be in HH:mm format (e.g., 09:00, 17:00)',
  ],
  [
    'INVALID_WINDOW',
    400,
    'Invalid timezone or time window settings. Please check your timezone and time format.',
  ],
  [
    'RECIPIENT_REQUIRED',
    400,
    'Either recipientEmail or recipientPhone is required (in body or on the lead when leadId is provided).',
  ],
  [
    'FALLBACK_NOT_CONFIGURED',
    400,
    'sendFallbackSmsOnFailed is true but fallback SMS is not configured. Configure fallback in workspace settings (Settings → Fallback) or set sendFallbackSmsOnFailed to false.',
  ],
  ['LEAD_NOT_ACCESSIBLE', 404, 'Lead not found or access denied'],
  ['LEAD_NOT_FOUND', 404, 'Lead not found'],
  ['INVALID_LEAD_QUERY_ID', 400, 'Invalid lead id'],
  [
    'LEAD_LIST_NOT_FOUND',
    404,
    'List not found. The specified listId does not exist or is invalid. Omit listId to use the Quick Sends list.',
  ],
  ['LEAD_IDS_REQUIRED', 400, 'No ids provided'],
  ['INVALID_LEAD_IDS', 400, 'Invalid lead id in ids array'],
  ['SEARCH_TIMED_OUT', 503, 'Search timed out. Try a more specific search or fewer results.'],
  ['CANCEL_TARGET_REQUIRED', 400, 'Either leadId, recipientPhone, or recipientEmail is required'],
  ['INVALID_LEAD_ID', 400, 'Invalid leadId'],
  ['INVALID_DATE_FROM', 400, 'Invalid dateFrom'],
  ['INVALID_DATE_TO', 400, 'Invalid dateTo'],
  ['INVALID_DATE_RANGE', 400, 'dateFrom must be <= dateTo'],
  ['MESSAGE_NOT_FOUND', 404, 'Message not found'],
  ['LINE_NOT_FOUND', 404, 'Line not found'],
  ['LINE_NOT_ACTIVE', 400, 'Line is not active'],
  ['WEBHOOK_NOT_FOUND', 404, 'Webhook not found'],
  ['WEBHOOK_URL_REQUIRED', 400, 'URL is required'],
  ['INVALID_WEBHOOK_URL', 400, 'Invalid URL format'],
  ['WEBHOOK_EVENTS_REQUIRED', 400, 'At least one event must be selected'],
  ['INVALID_WEBHOOK_EVENTS', 400, 'Invalid events: <list>'],
  ['WEBHOOK_NAME_REQUIRED', 400, 'Name is required'],
];

describe('the catalogue', () => {
  test.each(DOCUMENTED)('%s answers %i with the documented sentence', (code, status, error) => {
    const refusal = problem(code);
    expect(refusal.status).toBe(status);
    expect(toBody(refusal, 'req_1')).toMatchObject({ error, code });
  });

  test.each(Object.entries(PROBLEMS))('%s has a status, a sentence and an explanation', (code, entry) => {
    expect(code).toMatch(/^(?:[A-Z][A-Z_]+|idempotency_[a-z_]+)$/);
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(entry.error).not.toBe('');
    expect(entry.docs).toMatch(/[.!]$/);
  });

  test('conflicts and overloads that pass by themselves say when to ask again', () => {
    for (const code of ['idempotency_in_flight', 'SERVICE_UNAVAILABLE'] as const) {
      expect(problem(code).retryAfter, code).toBeGreaterThan(0);
    }
  });
});

describe('a problem', () => {
  test('past_due is the reason of every read-only refusal', () => {
    expect(toBody(problem('READ_ONLY'), 'req_1')).toEqual({
      error: 'READ_ONLY',
      code: 'READ_ONLY',
      reason: 'past_due',
      requestId: 'req_1',
    });
  });

  test('shows the field at fault and leaves out what it has not', () => {
    const refusal = problem('INVALID_FIELD', { param: 'subject', error: 'subject must be a string' });
    expect(toBody(refusal, 'req_1')).toEqual({
      error: 'subject must be a string',
      code: 'INVALID_FIELD',
      param: 'subject',
      requestId: 'req_1',
    });
  });

  test('never shows its cause', () => {
    const refusal = problem('INTERNAL', { cause: new Error('password=hunter2') });
    expect(refusal).toBeInstanceOf(Problem);
    expect(JSON.stringify(toBody(refusal, 'req_1'))).not.toContain('hunter2');
  });
});
