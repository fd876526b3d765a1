/** What pages about campaigns ask beside the campaign itself: how far it has come, whom it would reach, what an edit would come to. */
import { z } from 'zod';
import { CAMPAIGN_STATUSES } from '../../domain/words.ts';
import { isId } from '../../lib/ids.ts';
import { Id, Instant, Warnings } from '../common.ts';
import { asObject, type Fields, readText, unknownFields } from '../fields.ts';
import { invalidField, problem } from '../problems.ts';

const count = z.int();
const reason = z.object({ reason: z.string(), leads: count });

const steps = {
  waiting: count.meta({ description: 'Made, and waiting for their turn.' }),
  sending: count.meta({ description: 'On their way just now, or of unknown outcome.' }),
  sent: count.meta({ description: 'Sent, no receipt yet.' }),
  delivered: count,
  fallback: count.meta({ description: 'Fell back to an SMS.' }),
  failed: count,
  cancelled: count,
};

export const CampaignProgressAnswer = z
  .object({
    campaignId: Id,
    status: z.enum(CAMPAIGN_STATUSES),
    countedAt: Instant.meta({
      description: 'Where there are many (20,000 and more) a count serves for ten seconds.',
    }),
    entering: z
      .object({
        listId: Id,
        total: count.nullable().meta({ description: 'Leads the list had when it began.' }),
      })
      .nullable()
      .meta({ description: 'The list whose leads are entering just now.' }),
    leads: z.object({
      entered: count,
      active: count,
      held: count,
      finished: count,
      stopped: count,
      failed: count,
    }),
    held: z.array(reason).meta({ description: 'Why, most first.' }),
    stopped: z.array(reason),
    failed: z.array(reason),
    perStep: z
      .array(
        z.object({
          stepKey: z.string(),
          stepIndex: count.nullable().meta({ description: 'null: no longer part of the campaign.' }),
          leadsHere: count.meta({ description: 'On the way: this is the last step they had, or skipped.' }),
          ...steps,
          replied: count.meta({ description: 'Leads who replied after it, before the next one.' }),
        }),
      )
      .meta({ description: 'In the order of the steps; those that were taken out come last.' }),
    perLine: z.array(
      z.object({
        lineId: Id,
        ...steps,
        nextSendAt: Instant.nullable().meta({
          description: 'When the line is looked at next, whatever waits on it; null: nothing waits.',
        }),
      }),
    ),
    nextLookAt: Instant.nullable().meta({
      description: 'When the next of its leads is decided on; null while none waits for a time.',
    }),
  })
  .meta({ id: 'CampaignProgressAnswer' });
export type CampaignProgressAnswer = z.infer<typeof CampaignProgressAnswer>;

export const CampaignAudienceAnswer = z
  .object({
    listId: Id,
    countedAt: Instant.meta({
      description: 'Where there are many (20,000 and more) a count serves for ten seconds.',
    }),
    leads: count,
    enter: count.meta({ description: 'Those that would enter and can be written to.' }),
    optedOut: count.meta({ description: 'Of the others: those that opted out as a whole,' }),
    withoutAddress: count.meta({ description: 'that have no address for the campaign’s `messageType`,' }),
    alreadyIn: count.meta({ description: 'and that have been in this campaign before.' }),
  })
  .meta({ id: 'CampaignAudienceAnswer' });
export type CampaignAudienceAnswer = z.infer<typeof CampaignAudienceAnswer>;

export const CampaignAudienceQuery = z.object({
  listId: z.string().optional().meta({ description: 'Absent: the campaign’s own.' }),
});

export function parseAudience(query: Fields): string | null {
  const { listId } = query;
  if (listId === undefined || listId === '') return null;
  if (typeof listId !== 'string' || !isId(listId)) throw problem('LIST_NOT_FOUND', { param: 'listId' });
  return listId;
}

export const EnterListBody = z
  .object({ listId: Id })
  .meta({ id: 'EnterListBody', example: { listId: '0199c2f07a3b00040c9b2d4e' } });

const ENTER_LIST_KNOWN: ReadonlySet<string> = new Set(Object.keys(EnterListBody.shape));

export function parseEnterList(body: unknown): { listId: string; warnings: string[] } {
  const fields = asObject(body);
  const listId = readText(fields, 'listId')?.trim() || null;
  if (listId === null) throw invalidField('listId', 'must be given');
  if (!isId(listId)) throw problem('LIST_NOT_FOUND', { param: 'listId' });
  return { listId, warnings: unknownFields(fields, ENTER_LIST_KNOWN) };
}

export const CampaignCheckAnswer = z
  .object({
    problems: z.array(z.object({ param: z.string(), error: z.string() })).meta({
      description:
        'Of a draft: what a launch would be refused for. Later: what the change would be refused for. What can’t be read is told first, alone.',
    }),
    warnings: Warnings,
    alreadyMade: z
      .array(z.object({ key: z.string(), stepIndex: count, messages: count }))
      .meta({ description: 'Messages of each step that stay as they are.' }),
    standing: z.array(z.object({ key: z.string().nullable(), leads: count })).meta({
      description:
        'Leads on the way by the last step they had, null: none yet. The change holds for all that lies ahead of them.',
    }),
  })
  .meta({ id: 'CampaignCheckAnswer' });
export type CampaignCheckAnswer = z.infer<typeof CampaignCheckAnswer>;
