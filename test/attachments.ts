/** Files for messages that are handed to a channel without the engine around it. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { OutgoingAttachment } from '../src/channels/channel.ts';

export function attachmentOf(
  wish: Partial<OutgoingAttachment> & { bytes?: Buffer } = {},
): OutgoingAttachment {
  const { bytes = Buffer.from('%PDF-1.4'), ...differs } = wish;
  return {
    url: 'https://example.com/file.pdf',
    name: 'file.pdf',
    mimeType: 'application/pdf',
    sizeBytes: bytes.length,
    hash: createHash('sha256').update(bytes).digest('hex'),
    publicUrl: null,
    open: async () => Readable.from([bytes]),
    ...differs,
  };
}
