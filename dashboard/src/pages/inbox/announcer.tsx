/** Tells those who do not see the list that somebody wrote. */
import type { Conversation } from '@trunkline/sdk';
import { useEffect, useRef, useState } from 'react';
import { contactName } from './contact-name.ts';

export function Announcer({ threads }: { threads: readonly Conversation[] }) {
  const [text, setText] = useState('');
  // What was there when the page opened is no news.
  const known = useRef<Map<string, string>>(null);
  useEffect(() => {
    const now = new Map(threads.map(({ leadId, lastMessage }) => [leadId, lastMessage._id]));
    const before = known.current;
    if (threads.length > 0 || before !== null) known.current = new Map([...(before ?? []), ...now]);
    if (before === null) return;
    const news = threads.filter(
      ({ leadId, lastMessage }) =>
        lastMessage.direction === 'received' && (before.get(leadId) ?? '') < lastMessage._id,
    );
    const [first] = news;
    if (first !== undefined)
      setText(`${contactName(first, first.lastMessage)} wrote: ${first.lastMessage.message}`);
  }, [threads]);
  return (
    <p aria-live="polite" className="sr-only">
      {text}
    </p>
  );
}
