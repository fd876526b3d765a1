/** What is on its way to the server, and what did not get there. */
import { TriangleAlert } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { ChannelLabel } from './channels.tsx';
import { dropLetter, type Letter, useSend } from './outbox.ts';

interface LettersProps {
  letters: readonly Letter[];
  onAgain(text: string): void;
}

export function Letters({ letters, onAgain }: LettersProps) {
  const send = useSend();
  return letters.map((letter) => (
    <article
      key={letter.key}
      aria-label="You, just now"
      className="flex max-w-[min(85%,40rem)] flex-col items-end gap-1 self-end"
    >
      <div className="rounded-2xl rounded-br-md border border-dashed border-input px-3.5 py-2 break-words whitespace-pre-wrap">
        {letter.text}
        {letter.files.map(({ url, name }) => (
          <span key={url} className="block text-xs">
            {name}
          </span>
        ))}
      </div>
      <p className="flex flex-wrap items-center gap-2 px-1 text-xs text-muted-foreground">
        <ChannelLabel channel={letter.channel} />
        {letter.error === null ? (
          'On its way to the server'
        ) : (
          <>
            <span role="alert" className="inline-flex items-center gap-1 font-medium text-danger">
              <TriangleAlert className="size-3.5" aria-hidden /> Not sent: {letter.error}
            </span>
            <Button size="sm" onClick={() => send(letter)}>
              Try again
            </Button>
            <Button
              size="sm"
              variant="ghost"
              onClick={() => {
                dropLetter(letter.key);
                onAgain(letter.text);
              }}
            >
              Change it
            </Button>
            <Button size="sm" variant="ghost" onClick={() => dropLetter(letter.key)}>
              Drop it
            </Button>
          </>
        )}
      </p>
    </article>
  ));
}
