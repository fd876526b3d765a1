/** When the queue of a line drains (part III 4). */
import { z } from 'zod';
import { Id, Instant } from '../common.ts';
import { invalidField } from '../problems.ts';

export const MAX_ADDED_LINES = 100;
const MAX_CAP = 1_000_000;

export const LineForecastQuery = z.object({
  addLines: z
    .string()
    .optional()
    .meta({ description: 'What if so many more lines like this one shared its work? 0 to 100.' }),
  cap: z
    .string()
    .optional()
    .meta({ description: 'What if it might open so many new conversations a day? Its other caps stay.' }),
  totalCap: z.string().optional().meta({ description: 'What if it might send so many messages a day?' }),
});

const Outlook = z
  .object({
    drainsAt: Instant.nullable().meta({
      description: 'When its last message goes; null: something never does.',
    }),
    messages: z.int().meta({ description: 'That go.' }),
    neverGoes: z.int().meta({
      description:
        'That don’t, as things are: the line is off, a cap is 0, a window never opens, or it takes over 400 days.',
    }),
    perDay: z
      .array(z.object({ day: z.string(), messages: z.int(), firstTouches: z.int() }))
      .meta({ description: 'Days as the line’s caps count them.' }),
    bottleneck: z
      .object({ gate: z.string(), hours: z.number() })
      .nullable()
      .meta({ description: 'What it waits for longest, and for how long in all.' }),
  })
  .meta({ id: 'LineOutlook' });

export const LineForecast = z
  .object({
    lineId: Id,
    waiting: z.int().meta({ description: 'Messages in its queue.' }),
    toCome: z.int().meta({ description: 'Steps of running campaigns that are to follow.' }),
    now: Outlook.meta({ description: 'As things are.' }),
    whatIf: Outlook.nullable().meta({
      description: 'With `addLines`, `cap` and `totalCap`, over all of these lines.',
    }),
    isExact: z.boolean().meta({ description: 'False: counted by the hour, because it is so much.' }),
    assumptions: z.array(z.string()),
  })
  .meta({ id: 'LineForecast' });
export type LineForecast = z.infer<typeof LineForecast>;
export type LineOutlook = z.infer<typeof Outlook>;

export interface ForecastLine {
  addLines: number;
  cap: number | null;
  totalCap: number | null;
}

export function parseForecastLine(query: Readonly<Record<string, unknown>>): ForecastLine {
  return {
    addLines: readNumber(query, 'addLines', MAX_ADDED_LINES) ?? 0,
    cap: readNumber(query, 'cap', MAX_CAP),
    totalCap: readNumber(query, 'totalCap', MAX_CAP),
  };
}

function readNumber(query: Readonly<Record<string, unknown>>, name: string, most: number): number | null {
  const { [name]: text } = query;
  if (text === undefined || text === '') return null;
  const number = typeof text === 'string' && /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number <= most)) throw invalidField(name, `must be a whole number from 0 to ${most}`);
  return number;
}
