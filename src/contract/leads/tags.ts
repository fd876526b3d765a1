/** Tags that leads have. */
import { z } from 'zod';

export const TagsAnswer = z
  .object({
    tags: z
      .array(z.object({ tag: z.string(), leadCount: z.int() }))
      .meta({ description: 'Those that most leads have, 500 at most.' }),
    isPartial: z.boolean().meta({
      description: 'True: so many leads have tags that only the newest 100,000 of them were counted.',
    }),
  })
  .meta({ id: 'TagsAnswer' });
export type TagsAnswer = z.infer<typeof TagsAnswer>;
