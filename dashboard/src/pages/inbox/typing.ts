/** The contact sees that somebody is typing: iMessage alone has a sign for it, and not every line carries it. */
import { type ConversationAnswer, TrunklineError } from '@trunkline/sdk';
import { useRef } from 'react';
import { api } from '../../api.ts';
import { useToast } from '../../ui/toast.tsx';
import type { Channel } from './channels.tsx';

/** The sign ends by itself after a minute. */
const AGAIN_AFTER_MS = 20_000;
/** What a line can't do is no fault of whoever types. */
const CANNOT = new Set(['GESTURE_NOT_CARRIED', 'LINE_UNUSABLE', 'NO_CHAT_TARGET', 'CARRIER_ERROR']);

export function useTyping({ messages }: ConversationAnswer, channel: Channel): () => void {
  const toast = useToast();
  const shownAt = useRef(0);
  const last = messages.find(({ messageType, sentAt }) => messageType === 'imessage' && sentAt !== null);
  return () => {
    if (channel !== 'imessage' || last === undefined || Date.now() - shownAt.current < AGAIN_AFTER_MS) return;
    shownAt.current = Date.now();
    api.startTyping({ body: { messageId: last._id } }).catch((error: unknown) => {
      if (!(error instanceof TrunklineError && CANNOT.has(error.code))) return toast.failed(error);
      shownAt.current = Number.POSITIVE_INFINITY;
    });
  };
}
