/** Bodies of the calls about campaigns, as published; read by campaign-requests.ts. */
import { z } from 'zod';
import { MESSAGE_TYPES, ON_REPLY } from '../../domain/words.ts';
import { Id, Instant } from '../common.ts';
import { CampaignSchedule, CampaignStepBody, ConditionBody } from './campaigns.ts';

const input = {
  listId: Id.nullish(),
  lineIds: z.array(Id).nullish(),
  steps: z.array(CampaignStepBody).nullish(),
  schedule: z
    .object({
      timezone: CampaignSchedule.shape.timezone,
      fallbackTimezone: z.string().nullish(),
      sendWindowStart: z.string().nullish(),
      sendWindowEnd: z.string().nullish(),
      allowedDaysOfWeek: z.array(z.int()).nullish(),
    })
    .nullish(),
  onReply: z.enum(ON_REPLY).nullish().meta({ default: 'stop' }),
  allowReentry: z.boolean().nullish().meta({ default: false }),
  newLeadsFirst: z.boolean().nullish().meta({ default: false }),
  sendFallbackSmsOnFailed: z.boolean().nullish().meta({ default: false }),
};

export const CreateCampaignBody = z
  .object({
    name: z.string().meta({ maxLength: 255 }),
    messageType: z.enum(MESSAGE_TYPES).nullish().meta({ default: 'imessage' }),
    ...input,
  })
  .meta({
    id: 'CreateCampaignBody',
    description: 'A draft may be incomplete.',
    example: {
      name: 'After the fair',
      listId: '0199c2f07a3b00040c9b2d4e',
      lineIds: ['0199c2f07a3b00030c9b2d4e'],
      schedule: {
        timezone: 'lead',
        fallbackTimezone: 'America/New_York',
        sendWindowStart: '09:00',
        sendWindowEnd: '18:00',
        allowedDaysOfWeek: [1, 2, 3, 4, 5],
      },
      steps: [
        {
          key: 'hello',
          message: 'Hi {firstName|there}, shall we send you the catalogue?',
          branches: [{ condition: { type: 'replied_with', keywords: ['no'] }, to: 'end' }],
        },
        {
          key: 'reminder',
          message: 'Just in case you missed it: the catalogue?',
          wait: { value: 2, unit: 'd' },
          stopConditions: [{ type: 'tag', tag: 'customer', is: 'present' }],
        },
      ],
    },
  });

export const UpdateCampaignBody = z
  .object({ name: z.string().nullish(), messageType: z.enum(MESSAGE_TYPES).nullish(), ...input })
  .meta({
    id: 'UpdateCampaignBody',
    description: 'Absent fields stay. null clears `listId` and `schedule`. `steps` replaces all of them.',
    example: { name: 'After the autumn fair', onReply: 'continue' },
  });

export const EvaluateConditionsBody = z
  .object({
    campaignId: Id.nullish().meta({ description: 'Its entry of the lead is looked at, if there is one.' }),
    leadId: Id,
    since: Instant.nullish().meta({
      description:
        'As if the lead had entered then: replies count from then on. Absent: when it did, else now.',
    }),
    conditions: z.array(ConditionBody),
  })
  .meta({
    id: 'EvaluateConditionsBody',
    example: {
      leadId: '0199c2f07a3b00010c9b2d4e',
      conditions: [{ type: 'tag', tag: 'customer', is: 'present' }],
    },
  });

export const EnrollBody = z
  .object({ leadId: Id })
  .meta({ id: 'EnrollBody', example: { leadId: '0199c2f07a3b00010c9b2d4e' } });
export const EnterLeadBody = z
  .object({
    leadId: Id.nullish(),
    lead: z
      .object({
        firstName: z.string(),
        lastName: z.string().nullish(),
        email: z.string().nullish(),
        phone: z.string().nullish(),
        companyName: z.string().nullish(),
        jobTitle: z.string().nullish(),
      })
      .nullish()
      .meta({
        description:
          'Found by phone or email among the workspace’s leads, else made. Fields of leads that the documented API has not may be given too.',
      }),
  })
  .meta({
    id: 'EnterLeadBody',
    description: '`leadId` or `lead`.',
    example: { lead: { firstName: 'Grace', lastName: 'Hopper', phone: '+12025550111' } },
  });
