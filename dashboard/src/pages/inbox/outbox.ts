/**
 * What was sent from here and is not known to be accepted yet. It is shown at once; what failed stays until it is tried again
 * or dropped. A second try carries the key of the first, so that nothing is sent twice.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { api, sentenceOf } from '../../api.ts';
import type { Channel } from './channels.tsx';

export interface Letter {
  key: string;
  leadId: string;
  channel: Channel;
  text: string;
  subject: string | null;
  files: { url: string; name: string }[];
  /** null while it is on its way to the server. */
  error: string | null;
}

let letters: readonly Letter[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Letter[]): void {
  letters = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useOutbox(leadId: string): Letter[] {
  return useSyncExternalStore(subscribe, () => letters).filter((letter) => letter.leadId === leadId);
}

export function dropLetter(key: string): void {
  change(letters.filter((letter) => letter.key !== key));
}

export function useSend() {
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: ({ leadId, channel, text, subject, files, key }: Letter) =>
      api.sendMessage(
        {
          body: {
            leadId,
            messageType: channel,
            message: text,
            ...(channel === 'email' && subject !== null ? { subject } : {}),
            ...(files.length === 0
              ? {}
              : {
                  attachmentUrls: files.map(({ url }) => url),
                  attachmentNames: files.map(({ name }) => name),
                }),
          },
        },
        { idempotencyKey: key },
      ),
    async onSuccess(_, { key }) {
      // It leaves the outbox when the thread shows it, so that it is never seen twice nor gone for a moment.
      await Promise.all([
        client.invalidateQueries({ queryKey: ['conversations'] }),
        client.invalidateQueries({ queryKey: ['messages'], refetchType: 'none' }),
      ]);
      dropLetter(key);
    },
    onError: (error, letter) =>
      change(letters.map((each) => (each.key === letter.key ? { ...each, error: sentenceOf(error) } : each))),
  });
  return (letter: Letter) => {
    const others = letters.filter(({ key }) => key !== letter.key);
    change([...others, { ...letter, error: null }]);
    mutate(letter);
  };
}

/** Not `randomUUID`, which browsers keep from pages without https. */
export function newLetterKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
