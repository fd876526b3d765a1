/** That somebody must not be written to, by whose word, and what lifts it. */
import type { ConversationAnswer } from '@trunkline/sdk';
import { Ban } from 'lucide-react';
import { Time } from '../../ui/time.tsx';

export function OptOutWarning({ thread: { optedOutAt, doNotContact } }: { thread: ConversationAnswer }) {
  if (optedOutAt === null && doNotContact.length === 0) return null;
  const byWords = doNotContact.find(({ reason }) => reason === 'opt_out_words');
  const [first] = doNotContact;
  return (
    <div className="flex items-start gap-2 border-t bg-warning-soft px-4 py-2.5 text-warning">
      <Ban className="mt-0.5 size-4 shrink-0" aria-hidden />
      <p>
        {optedOutAt === null ? (
          <>
            {doNotContact.map(({ address }) => address).join(', ')} must not be written to. Other addresses
            may.
          </>
        ) : (
          <>
            Opted out <Time at={optedOutAt} />
            {byWords
              ? ` by writing “${byWords.words}”`
              : first
                ? ` (${first.reason}: ${first.words ?? 'no words'})`
                : ''}
            . Nothing goes to this contact.
          </>
        )}{' '}
        {byWords
          ? 'START, UNSTOP or YES from the contact lifts it, or somebody here does.'
          : 'The contact’s own words do not lift it; somebody here can.'}
      </p>
    </div>
  );
}
