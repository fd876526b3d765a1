/** The files of messages that are being sent from this process, for the Macs that fetch them. */
import type { Readable } from 'node:stream';
import type { OutgoingAttachment } from './channel.ts';

export interface RelayFiles {
  offer(jobId: string, attachments: readonly OutgoingAttachment[]): void;
  withdraw(jobId: string): void;
  /** null: there is no such file, or nobody sends it from here any more. */
  open(jobId: string, n: number): Promise<{ sizeBytes: number; bytes: Readable } | null>;
}

export function createRelayFiles(): RelayFiles {
  const offered = new Map<string, readonly OutgoingAttachment[]>();
  return {
    offer(jobId, attachments) {
      if (attachments.length > 0) offered.set(jobId, attachments);
    },
    withdraw: (jobId) => void offered.delete(jobId),
    async open(jobId, n) {
      const attachment = offered.get(jobId)?.[n];
      if (attachment === undefined) return null;
      return { sizeBytes: attachment.sizeBytes, bytes: await attachment.open() };
    },
  };
}
