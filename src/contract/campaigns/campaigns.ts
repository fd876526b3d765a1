/** Campaigns: contract 2.8, 3.5, 7, D38. */
import { z } from 'zod';
import { OPERATORS, WAIT_UNITS } from '../../domain/campaign/campaign.ts';
import {
  CAMPAIGN_LEAD_STATUSES,
  CAMPAIGN_STATUSES,
  MESSAGE_STATUSES,
  MESSAGE_TYPES,
  ON_REPLY,
} from '../../domain/words.ts';
import { Id, Instant, Warnings } from '../common.ts';

export const Wait = z
  .object({ value: z.int().meta({ minimum: 0 }), unit: z.enum(WAIT_UNITS) })
  .meta({ id: 'Wait', description: 'At most 365 days.', example: { value: 2, unit: 'd' } });

const id = z
  .string()
  .meta({ description: 'Its name for good: answers and statistics tell by it which one.' });
const operator = z.enum(OPERATORS);
const value = z
  .union([z.string(), z.number()])
  .nullable()
  .meta({ description: 'null for `exists` and `not_exists`.' });

const httpShape = {
  url: z.string().meta({ description: 'http or https, on a public address.' }),
  method: z.enum(['GET', 'POST']),
  body: z.string().nullable().meta({ description: 'With placeholders of the lead.' }),
  path: z.string().meta({ description: 'Where in the answer’s JSON, like `items[0].id`; empty: all of it.' }),
  operator,
  value,
};

/** All kinds but HTTP, as answers show them and, with what may be left out, as requests give them. */
function kinds<Id extends z.ZodType, Value extends z.ZodType>(id: Id, value: Value) {
  return [
    z.object({ id, type: z.literal('replied') }),
    z.object({
      id,
      type: z.literal('replied_with'),
      keywords: z.array(z.string()).meta({ description: 'Any of them, as whole words.' }),
    }),
    z.object({ id, type: z.literal('no_reply_for'), wait: Wait }),
    z.object({ id, type: z.literal('tag'), tag: z.string(), is: z.enum(['present', 'absent']) }),
    z.object({
      id,
      type: z.literal('field'),
      field: z.string().meta({ description: 'A field of leads, or `customFields.<name>`.' }),
      operator,
      value,
    }),
    z.object({ id, type: z.literal('contacted_before'), scope: z.enum(['campaign', 'any_campaign']) }),
    z.object({ id, type: z.literal('dnc') }),
  ] as const;
}

export const Condition = z
  .discriminatedUnion('type', [
    ...kinds(id, value),
    z.object({
      id,
      type: z.literal('http'),
      ...httpShape,
      headersSet: z.array(z.string()).meta({ description: 'Names of the headers it sends; never values.' }),
    }),
  ])
  .meta({ id: 'Condition' });
export type ConditionAnswer = z.infer<typeof Condition>;

const optionalId = z.string().nullish().meta({ description: 'Made by us when absent.' });

export const ConditionBody = z
  .discriminatedUnion('type', [
    ...kinds(optionalId, value.optional()),
    z.object({
      id: optionalId,
      type: z.literal('http'),
      ...httpShape,
      method: httpShape.method.nullish().meta({ default: 'GET' }),
      body: httpShape.body.optional(),
      path: httpShape.path.nullish().meta({ default: '' }),
      value: value.optional(),
      headers: z.record(z.string(), z.string()).nullish().meta({
        description:
          'Kept encrypted and never answered. Absent: those that the condition of this `id` has stay.',
      }),
    }),
  ])
  .meta({ id: 'ConditionBody' });

const stepTexts = {
  message: z.string().meta({ description: 'With placeholders. At most 10,000 characters, 1,600 for `sms`.' }),
  subject: z.string().nullable().meta({ description: 'Of emails.' }),
  smsMessage: z.string().nullable().meta({ description: 'What a fallback SMS says; null: the same text.' }),
  attachmentUrls: z.array(z.string()),
  attachmentNames: z.array(z.string().nullable()),
};
const next = z.string().nullable().meta({
  description: 'Where the lead goes when no branch holds: a key, `end`, or null for the step that follows.',
});
const to = z.string().meta({ description: 'The key of a later step, or `end`.' });

export const CampaignStep = z
  .object({
    key: z.string().meta({ description: 'Its name for good: which steps a lead had is told by it.' }),
    ...stepTexts,
    wait: Wait.meta({
      description: 'Since the step before was sent; for the first, since the lead entered.',
    }),
    onlyNonResponders: z.boolean().meta({ description: 'Who has replied since entering skips it.' }),
    stopConditions: z.array(Condition).meta({
      description:
        'Asked in the instant before this step is sent: if one holds, the lead leaves the campaign.',
    }),
    branches: z
      .array(z.object({ condition: Condition, to }))
      .meta({ description: 'The first that holds leads on.' }),
    next,
  })
  .meta({ id: 'CampaignStep' });
export type CampaignStep = z.infer<typeof CampaignStep>;

export const CampaignStepBody = z
  .object({
    key: z.string().nullish().meta({ description: '`step_1`, `step_2`, … when absent.' }),
    message: stepTexts.message.nullish(),
    subject: stepTexts.subject.optional(),
    smsMessage: stepTexts.smsMessage.optional(),
    attachmentUrls: stepTexts.attachmentUrls.nullish(),
    attachmentNames: stepTexts.attachmentNames.nullish(),
    wait: Wait.nullish().meta({ description: 'None when absent.' }),
    onlyNonResponders: z.boolean().nullish().meta({ default: false }),
    stopConditions: z.array(ConditionBody).nullish(),
    branches: z.array(z.object({ condition: ConditionBody, to })).nullish(),
    next: next.optional(),
  })
  .meta({ id: 'CampaignStepBody' });

export const CampaignSchedule = z
  .object({
    timezone: z.string().meta({ description: 'An IANA zone, or `lead`: the lead’s own.' }),
    fallbackTimezone: z.string().nullable().meta({
      description:
        'With `lead`: for leads without a zone in `customFields.timezone`. null: the workspace’s zone.',
    }),
    sendWindowStart: z.string().nullable().meta({ example: '09:00' }),
    sendWindowEnd: z.string().nullable().meta({ example: '17:00' }),
    allowedDaysOfWeek: z.array(z.int()).nullable().meta({ description: '0 is Sunday.' }),
  })
  .meta({ id: 'CampaignSchedule' });
export type CampaignSchedule = z.infer<typeof CampaignSchedule>;

const words = {
  listId: Id.nullable().meta({
    description: 'Whose leads enter at the launch; null: leads are added by API.',
  }),
  lineIds: z.array(Id).meta({ description: 'Leads are spread over them; each stays on its line.' }),
  messageType: z.enum(MESSAGE_TYPES),
  schedule: CampaignSchedule.nullable().meta({ description: 'null: at any hour.' }),
  onReply: z
    .enum(ON_REPLY)
    .meta({ description: 'What a reply does to its lead: it leaves the campaign, or goes on.' }),
  allowReentry: z.boolean().meta({ description: 'Who has gone through it may enter again.' }),
  newLeadsFirst: z.boolean().meta({ description: 'First steps go before follow-ups.' }),
  sendFallbackSmsOnFailed: z.boolean(),
};

export const Campaign = z
  .object({
    _id: Id,
    workspaceId: z.string(),
    name: z.string(),
    status: z.enum(CAMPAIGN_STATUSES),
    ...words,
    steps: z.array(CampaignStep),
    progress: z
      .object({
        total: z.int().meta({ description: 'Entries so far; one who enters twice is two.' }),
        entering: z
          .int()
          .nullable()
          .meta({ description: 'Leads the list had at the launch, while it is entered.' }),
        active: z.int(),
        held: z.int().meta({ description: 'Their next step can’t be decided now; it is asked again.' }),
        finished: z.int(),
        stopped: z.int(),
        failed: z.int(),
      })
      .meta({ id: 'CampaignProgress' }),
    pauseReason: z
      .string()
      .nullable()
      .meta({ description: '`no_line`: none of its lines is left; `requested`.' }),
    startedAt: Instant.nullable(),
    pausedAt: Instant.nullable(),
    completedAt: Instant.nullable(),
    archivedAt: Instant.nullable(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Campaign' });
export type Campaign = z.infer<typeof Campaign>;

const problems = z.array(z.object({ param: z.string(), error: z.string() })).meta({
  description: 'What stands in the way of its launch, all of it. Empty once it has been launched.',
});

export const CampaignAnswer = z
  .object({ campaign: Campaign, problems, warnings: Warnings })
  .meta({ id: 'CampaignAnswer' });
export type CampaignAnswer = z.infer<typeof CampaignAnswer>;

export const ChangedCampaignAnswer = z
  .object({
    campaign: Campaign,
    problems,
    alreadyMade: z.array(z.object({ key: z.string(), stepIndex: z.int(), messages: z.int() })).meta({
      description:
        'When the steps were changed after the launch: how many messages of each there are, which stay as they are.',
    }),
    warnings: Warnings,
  })
  .meta({ id: 'ChangedCampaignAnswer' });
export type ChangedCampaignAnswer = z.infer<typeof ChangedCampaignAnswer>;

export const CampaignsAnswer = z
  .object({
    campaigns: z.array(Campaign).meta({ description: 'Newest first.' }),
    nextCursor: Id.nullable(),
  })
  .meta({ id: 'CampaignsAnswer' });
export type CampaignsAnswer = z.infer<typeof CampaignsAnswer>;

export const CampaignLead = z
  .object({
    leadId: Id,
    entry: z.int().meta({ description: 'Which time it went in, from 1.' }),
    status: z.enum(CAMPAIGN_LEAD_STATUSES),
    name: z.string().nullable(),
    phone: z.string().nullable(),
    email: z.string().nullable(),
    lineId: Id.nullable(),
    stepKey: z.string().nullable().meta({ description: 'The last step that was made or skipped.' }),
    stepAt: Instant.nullable().meta({ description: 'From when on waits are counted.' }),
    messageId: Id.nullable(),
    message: z
      .object({
        status: z.enum(MESSAGE_STATUSES),
        dueAt: Instant.meta({
          description: 'When it may go at the earliest; `explain` says what it waits for.',
        }),
        sentAt: Instant.nullable(),
        reason: z.string().nullable(),
        error: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'That message; null once it is no longer kept.' }),
    nextStepKey: z.string().nullable().meta({ description: 'The step it waits for, once that is decided.' }),
    nextLookAt: Instant.nullable().meta({
      description:
        'When it is decided on next; null while its message is on the road, and once it has ended.',
    }),
    reason: z.string().nullable().meta({ description: 'Why it is held, stopped or failed: a word,' }),
    detail: z.string().nullable().meta({ description: 'a sentence,' }),
    conditionId: z.string().nullable().meta({ description: 'and the condition that held, if one did.' }),
    enteredAt: Instant,
    endedAt: Instant.nullable(),
    updatedAt: Instant,
  })
  .meta({ id: 'CampaignLead' });
export type CampaignLead = z.infer<typeof CampaignLead>;

export const CampaignLeadsAnswer = z
  .object({
    leads: z.array(CampaignLead).meta({ description: 'By id of the lead: oldest lead first.' }),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'CampaignLeadsAnswer' });
export type CampaignLeadsAnswer = z.infer<typeof CampaignLeadsAnswer>;

export const CampaignLeadAnswer = z.object({ lead: CampaignLead }).meta({ id: 'CampaignLeadAnswer' });
export type CampaignLeadAnswer = z.infer<typeof CampaignLeadAnswer>;

export const LeadCampaignsAnswer = z
  .object({
    campaigns: z
      .array(
        z.object({
          campaignId: Id,
          campaignName: z.string(),
          campaignStatus: z.enum(CAMPAIGN_STATUSES),
          ...CampaignLead.shape,
        }),
      )
      .meta({ description: 'One for each time it entered one; the latest first, 100 at most.' }),
  })
  .meta({ id: 'LeadCampaignsAnswer' });
export type LeadCampaignsAnswer = z.infer<typeof LeadCampaignsAnswer>;

/** To the letter of contract 3.5. */
export const EnteredLeadAnswer = z
  .object({
    success: z.boolean(),
    leadId: Id,
    campaignId: Id,
    messageCount: z
      .int()
      .meta({ description: 'Steps that lie ahead; 0 when it is in the campaign already.' }),
    message: z.string(),
    alreadyInCampaign: z.boolean(),
    existingLeadIds: z.array(Id).optional(),
    ghlContactId: z.string().nullable(),
    ghlLocationId: z.string().nullable(),
    hsPortalId: z.string().nullable(),
    hsContactId: z.string().nullable(),
    warnings: Warnings,
  })
  .meta({ id: 'EnteredLeadAnswer' });
export type EnteredLeadAnswer = z.infer<typeof EnteredLeadAnswer>;

export const ConditionsEvaluatedAnswer = z
  .object({
    leadId: Id,
    campaignId: Id.nullable(),
    results: z.array(
      z.object({
        id: z.string(),
        type: z.string(),
        holds: z.boolean().nullable().meta({ description: 'null: it could not be asked; `error` says why.' }),
        error: z.string().nullable(),
      }),
    ),
    facts: z
      .object({
        lead: z.record(z.string(), z.unknown()),
        since: Instant.meta({ description: 'Replies are counted from then on.' }),
        replies: z.array(z.object({ at: Instant, text: z.string() })),
        contactedBefore: z.object({ campaign: z.boolean(), anyCampaign: z.boolean() }),
      })
      .meta({ description: 'What was asked.' }),
    warnings: Warnings,
  })
  .meta({ id: 'ConditionsEvaluatedAnswer' });
export type ConditionsEvaluatedAnswer = z.infer<typeof ConditionsEvaluatedAnswer>;
