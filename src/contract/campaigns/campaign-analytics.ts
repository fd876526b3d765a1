/** Figures of one campaign: whole, by step, by line and by day (contract 3.8, for campaigns). */
import { z } from 'zod';
import { CAMPAIGN_STATUSES } from '../../domain/words.ts';
import { Id } from '../common.ts';
import { EXPLAINER, Metrics } from '../workspace/analytics.ts';

const EXPLAINED = {
  ...EXPLAINER,
  replied: 'Inbound messages, each counted. A reply belongs to the step its contact had been sent last.',
  waiting: 'Messages of steps that are made and not over: they wait, are being sent, or nobody knows yet.',
  cancelled: 'Messages of steps that were stopped before they left.',
  leads: 'Entries by where they stand: at the last step that was made or skipped for them.',
} as const;
export const CAMPAIGN_EXPLAINER: Readonly<Record<string, string>> = EXPLAINED;

const Figures = Metrics.extend({
  waiting: z.int().meta({ description: EXPLAINED.waiting }),
  cancelled: z.int().meta({ description: EXPLAINED.cancelled }),
}).meta({ id: 'CampaignFigures' });
export type Figures = z.infer<typeof Figures>;

const Standing = z
  .object({
    total: z.int(),
    active: z.int(),
    held: z.int(),
    finished: z.int(),
    stopped: z.int(),
    failed: z.int(),
  })
  .meta({ id: 'CampaignStanding' });

export const CampaignAnalyticsAnswer = z
  .object({
    success: z.literal(true),
    campaignId: Id,
    status: z.enum(CAMPAIGN_STATUSES),
    timezone: z.string().meta({ description: 'The workspace’s: days are days of it.' }),
    totals: Figures,
    leads: Standing.meta({ description: EXPLAINED.leads }),
    stopped: z
      .array(
        z.object({
          reason: z.string(),
          conditionId: z
            .string()
            .nullable()
            .meta({ description: 'The stop condition that held, if one did.' }),
          detail: z.string().nullable().meta({ description: 'It in a sentence.' }),
          stepKey: z.string().nullable().meta({ description: 'Where they stood.' }),
          leads: z.int(),
        }),
      )
      .meta({ description: 'Who left before the end and why, most first.' }),
    perStep: z
      .array(
        z.object({
          stepKey: z.string().nullable(),
          stepIndex: z.int().nullable().meta({ description: 'null: no longer part of the campaign.' }),
          figures: Figures,
          leads: Standing,
        }),
      )
      .meta({ description: 'In the order of the steps; those that were taken out come last.' }),
    perLine: z.array(z.object({ lineId: Id, figures: Figures })),
    perDay: z
      .array(z.object({ day: z.string(), figures: Figures }))
      .meta({ description: 'On which they went or came in; what did not go, on which that was settled.' }),
    explainer: z.record(z.string(), z.string()).meta({ description: 'What each figure counts.' }),
  })
  .meta({ id: 'CampaignAnalyticsAnswer' });
export type CampaignAnalyticsAnswer = z.infer<typeof CampaignAnalyticsAnswer>;
