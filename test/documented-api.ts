/**
 * What Part I of the contract names, transcribed: every call, and every sentence it is documented to refuse with. Nothing
 * here says how far we are: test/contract-coverage.ts does.
 */
export interface DocumentedCall {
  section: string;
  /** Method and path. */
  call: string;
  /** Status and sentence, to the letter; `…` stands for what differs from case to case. */
  refusals: readonly (readonly [status: number, error: string])[];
}

const NO_WORKSPACE = [400, 'No active workspace'] as const;

export const DOCUMENTED: readonly DocumentedCall[] = [
  {
    section: '3.0',
    call: 'every call',
    refusals: [
      [401, 'Unauthorized'],
      [403, '…'],
      [402, 'READ_ONLY'],
      NO_WORKSPACE,
      [429, 'Rate limit exceeded'],
      [500, 'Internal server error'],
    ],
  },
  {
    section: '4.9',
    call: 'POST /api/messages',
    refusals: [
      [400, 'Request body must be a JSON object'],
      [400, 'Invalid request body (JSON required)'],
      [400, 'Message and attachmentUrls cannot both be empty'],
      [400, 'Missing required field: message'],
      [400, 'Invalid messageType. Must be email, sms, or imessage'],
      [400, 'attachmentUrls must be an array'],
      [400, 'Maximum 2 attachments per message'],
      [400, 'No active lines in workspace. Add and activate a line, or provide fromLineId.'],
      [400, 'Invalid scheduledDate format'],
      [
        400,
        'Invalid time format. sendWindowStart and sendWindowEnd must be in HH:mm format (e.g., 09:00, 17:00)',
      ],
      [400, 'Invalid timezone or time window settings. Please check your timezone and time format.'],
      [
        400,
        'Either recipientEmail or recipientPhone is required (in body or on the lead when leadId is provided).',
      ],
      [
        400,
        'sendFallbackSmsOnFailed is true but fallback SMS is not configured. Configure fallback in workspace settings (Settings → Fallback) or set sendFallbackSmsOnFailed to false.',
      ],
      [403, 'Attachment URL does not belong to this organization'],
      [404, 'Lead not found or access denied'],
    ],
  },
  { section: '3.1', call: 'GET /api/messages', refusals: [] },
  {
    section: '3.1',
    call: 'POST /api/messages/cancel-for-lead',
    refusals: [
      [400, 'Either leadId, recipientPhone, or recipientEmail is required'],
      [400, 'Invalid leadId'],
    ],
  },
  {
    section: '3.1',
    call: 'POST /api/messages/react',
    refusals: [
      [400, 'messageId and reaction required'],
      [400, 'Invalid reaction type'],
      [400, 'Invalid messageId'],
      [400, 'Cannot determine contact phone for reaction'],
      [400, 'Message has no BlueBubbles ID — cannot react'],
      [400, 'Line not found or missing credentials'],
      [404, 'Message not found'],
      [502, 'BlueBubbles error: …'],
    ],
  },
  {
    section: '3.1',
    call: 'POST /api/messages/typing',
    refusals: [
      // The documentation gives a status only, here and wherever a sentence is `…` alone.
      [400, '…'],
      [502, 'BlueBubbles error: …'],
    ],
  },
  { section: '3.1', call: 'DELETE /api/messages/typing', refusals: [[502, 'BlueBubbles error: …']] },
  {
    section: '3.2',
    call: 'POST /api/leads',
    refusals: [
      [400, '…'],
      [
        404,
        'List not found. The specified listId does not exist or is invalid. Omit listId to use the Quick Sends list.',
      ],
    ],
  },
  {
    section: '3.2',
    call: 'GET /api/leads',
    refusals: [
      [400, 'Invalid lead id'],
      [404, 'Lead not found'],
      [503, 'Search timed out. Try a more specific search or fewer results.'],
    ],
  },
  {
    section: '3.2',
    call: 'DELETE /api/leads',
    refusals: [
      [400, 'No ids provided'],
      [400, 'Invalid lead id in ids array'],
    ],
  },
  {
    section: '3.3',
    call: 'GET /api/check-availability',
    refusals: [
      [400, 'Address parameter is required (phone or email)'],
      [400, 'Availability check server not configured'],
      [400, 'No active line configured'],
      [429, 'Daily availability check quota exhausted'],
    ],
  },
  {
    section: '3.3',
    call: 'POST /api/check-availability',
    refusals: [
      [400, 'addresses array is required and must not be empty'],
      [400, 'Maximum 100 addresses per request'],
      [400, 'Availability check server not configured'],
      [429, 'Daily availability check quota exhausted'],
    ],
  },
  {
    section: '3.3',
    call: 'GET /api/leads/check-availability',
    refusals: [
      [400, 'Lead ID is required'],
      [400, 'Availability check server not configured'],
      [404, 'Lead not found'],
      [429, 'Daily availability check quota exhausted'],
    ],
  },
  {
    section: '3.3',
    call: 'POST /api/leads/check-availability',
    refusals: [
      [400, 'Either address or leadIds is required'],
      [400, 'Availability check server not configured'],
      [404, 'Lead not found'],
      [429, 'Daily availability check quota exhausted'],
    ],
  },
  {
    section: '3.3',
    call: 'POST /api/check-availability-rr',
    refusals: [
      [400, 'No phone or email addresses provided'],
      [400, 'Availability check server not configured'],
      [429, 'Daily availability check quota exhausted'],
    ],
  },
  { section: '3.4', call: 'GET /api/lines/by-user', refusals: [] },
  { section: '3.4', call: 'GET /api/lines/check-availability', refusals: [] },
  { section: '3.4', call: 'GET /api/lines/spam-monitor', refusals: [] },
  { section: '3.4', call: 'POST /api/line-requests', refusals: [[403, '…']] },
  {
    section: '3.4',
    call: 'GET /api/line-requests/{id}',
    refusals: [
      [400, 'Invalid line request id'],
      [404, 'Line request not found'],
    ],
  },
  {
    section: '3.4',
    call: 'POST /api/line-requests/{id}',
    refusals: [
      [400, 'Invalid line request id'],
      [400, 'Unsupported action'],
      [403, '… subscription_required'],
      [404, 'Line request not found'],
      [409, '…'],
    ],
  },
  {
    section: '3.5',
    call: 'POST /api/campaigns/{id}/leads',
    refusals: [
      [400, 'Either leadId or lead data is required'],
      [400, 'firstName is required'],
      [400, 'Either email or phone is required'],
      [400, 'Invalid request: must provide leadId or lead data'],
      [400, 'Lead not resolved'],
      [400, 'Failed to process lead through campaign'],
      [404, 'Campaign not found'],
      [404, 'Lead not found'],
    ],
  },
  { section: '3.5', call: 'POST /api/campaigns/{id}/enroll', refusals: [] },
  { section: '3.5', call: 'POST /api/campaigns/evaluate-conditions', refusals: [] },
  {
    section: '3.6',
    call: 'GET /api/replies',
    refusals: [
      [400, 'Invalid leadId'],
      [400, 'Invalid campaignId'],
      [400, 'Invalid lineId'],
      [400, 'Invalid dateFrom'],
      [400, 'Invalid dateTo'],
      [400, 'dateFrom must be <= dateTo'],
      [404, 'Lead not found or access denied'],
      [404, 'Campaign not found'],
      [500, 'Failed to fetch replies'],
    ],
  },
  { section: '3.7', call: 'GET /api/webhooks', refusals: [] },
  {
    section: '3.7',
    call: 'POST /api/webhooks',
    refusals: [
      [400, 'URL is required'],
      [400, 'Invalid URL format'],
      [400, 'At least one event must be selected'],
      [400, 'Invalid events: …'],
      [400, 'Name is required'],
    ],
  },
  { section: '3.7', call: 'GET /api/webhooks/{id}', refusals: [[404, 'Webhook not found']] },
  {
    section: '3.7',
    call: 'PATCH /api/webhooks/{id}',
    refusals: [
      [400, '…'],
      [404, 'Webhook not found'],
    ],
  },
  { section: '3.7', call: 'DELETE /api/webhooks/{id}', refusals: [[404, 'Webhook not found']] },
  { section: '3.7', call: 'POST /api/webhooks/{id}/health-check', refusals: [[404, 'Webhook not found']] },
  {
    section: '3.8',
    call: 'GET /api/analytics',
    refusals: [[501, '…']],
  },
  { section: '3.9', call: 'GET /api/dnc', refusals: [] },
  { section: '3.9', call: 'POST /api/dnc', refusals: [] },
  { section: '3.9', call: 'DELETE /api/dnc', refusals: [] },
  { section: '3.9', call: 'GET /api/conversations/scan-dormant', refusals: [] },
  { section: '3.9', call: 'POST /api/conversations/scan-dormant', refusals: [] },
  { section: '3.9', call: 'GET /api/language-audit', refusals: [] },
  { section: '3.9', call: 'POST /api/language-audit', refusals: [] },
  { section: '3.9', call: 'GET /api/goal-bots', refusals: [] },
  { section: '3.9', call: 'POST /api/goal-bots', refusals: [] },
  { section: '3.9', call: 'GET /api/goal-bots/{id}', refusals: [] },
  { section: '3.9', call: 'PUT /api/goal-bots/{id}', refusals: [] },
  { section: '3.9', call: 'DELETE /api/goal-bots/{id}', refusals: [] },
  { section: '3.9', call: 'POST /api/goal-bots/{id}/enroll', refusals: [] },
  { section: '3.9', call: 'DELETE /api/goal-bots/{id}/enroll', refusals: [] },
  { section: '3.9', call: 'GET /api/campaign-tools', refusals: [] },
  { section: '3.9', call: 'POST /api/campaign-tools', refusals: [] },
  { section: '3.9', call: 'DELETE /api/campaign-tools', refusals: [] },
  { section: '3.9', call: 'POST /api/campaign-tools/test', refusals: [] },
  { section: '3.9', call: 'POST /api/leads/send', refusals: [] },
  { section: '3.9', call: 'POST /api/unibox/send-reply', refusals: [] },
  { section: '3.9', call: 'GET /api/workspace/fallback-config', refusals: [] },
  { section: '3.9', call: 'PATCH /api/workspace/fallback-config', refusals: [] },
];
