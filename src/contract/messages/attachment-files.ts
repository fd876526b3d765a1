/** What an upload is answered with. */
import { z } from 'zod';
import { Id } from '../common.ts';

export const AttachmentAnswer = z
  .object({
    id: Id,
    url: z.string().meta({
      description: 'For `attachmentUrls`. Whoever knows it may read the file.',
      example:
        'https://trunkline.example.com/files/org_0199c2f07a3b00010c9b2d4e.0199c2f07a3b00020c9b2d4f.Zm9vYmFyYmF6cXV4MTIzNA/plan.pdf',
    }),
    name: z.string(),
    mimeType: z.string().meta({ description: 'By the bytes, whatever the upload said.' }),
    sizeBytes: z.int(),
    sha256: z.string().meta({ description: 'Of the bytes, in lower-case hex.' }),
  })
  .meta({ id: 'AttachmentAnswer' });
export type AttachmentAnswer = z.infer<typeof AttachmentAnswer>;
