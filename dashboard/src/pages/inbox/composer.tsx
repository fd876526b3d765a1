/** Where an answer is written: its text, its files, as what it goes, from which line and why. */
import type { AnsweringLine, ConversationAnswer } from '@trunkline/sdk';
import { Paperclip, SendHorizontal } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, type RefObject, useRef, useState } from 'react';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Field, Input, Select, Textarea } from '../../ui/field.tsx';
import { CHANNEL_NAMES, CHANNELS, type Channel } from './channels.tsx';
import { DraftFiles } from './draft-files.tsx';
import { keepDraft, readDraft } from './drafts.ts';
import { newLetterKey, useSend } from './outbox.ts';
import { useTyping } from './typing.ts';
import { useFiles } from './upload.ts';

interface ComposerProps {
  thread: ConversationAnswer;
  contact: string;
  textRef: RefObject<HTMLTextAreaElement | null>;
  /** Esc. */
  onLeave(): void;
}

export function Composer({ thread, contact, textRef, onLeave }: ComposerProps) {
  const { leadId, answeringLines, answerBy, optedOutAt } = thread;
  const { may, why } = useMay('send');
  const [text, setText] = useState(() => readDraft(leadId));
  const [chosen, setChosen] = useState<Channel | 'auto'>('auto');
  const [subject, setSubject] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const { files, add, remove, clear } = useFiles();
  const picker = useRef<HTMLInputElement>(null);
  const send = useSend();
  const channel = chosen === 'auto' ? (answerBy ?? 'imessage') : chosen;
  const answering = answeringLines.find(({ messageType }) => messageType === channel);
  const signTyping = useTyping(thread, channel);
  const said = subject ?? answerSubject(thread);
  const isUploading = files.some(({ url, error }) => url === null && error === null);
  const ready = files.flatMap(({ url, name }) => (url === null ? [] : [{ url, name }]));
  const hinders =
    why ??
    (optedOutAt !== null
      ? `${contact} opted out: nothing can be sent.`
      : (answering?.problem?.error ??
        (answering === undefined ? 'There is nobody to write to any more.' : null)));
  const isEmpty = text.trim() === '' && ready.length === 0;

  const write = (next: string) => {
    setText(next);
    keepDraft(leadId, next);
    if (next !== '') signTyping();
  };
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (hinders !== null || isEmpty || isUploading) return;
    send({
      key: newLetterKey(),
      leadId,
      channel,
      text: text.trim(),
      subject: channel === 'email' ? said : null,
      files: ready,
      error: null,
    });
    write('');
    setSubject(null);
    clear();
    textRef.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
    if (event.key === 'Escape') {
      event.stopPropagation();
      onLeave();
    }
  };

  return (
    <form
      onSubmit={submit}
      aria-label={`Answer ${contact}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (may) add([...event.dataTransfer.files]);
      }}
      className={cn('flex flex-col gap-2 border-t bg-card p-3', isOver && 'bg-accent')}
    >
      {channel === 'email' && (
        <Field label="Subject">
          <Input value={said} disabled={!may} onChange={(event) => setSubject(event.target.value)} />
        </Field>
      )}
      <Field
        label="Message"
        hideLabel
        hint={
          /\{\w/.test(text)
            ? 'What stands in {braces} is filled in from the contact when it is sent.'
            : undefined
        }
      >
        <Textarea
          ref={textRef}
          rows={2}
          value={text}
          placeholder={hinders ?? `Write to ${contact}`}
          disabled={!may}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKey}
          onPaste={(event) => {
            const pasted = [...event.clipboardData.files];
            if (pasted.length === 0) return;
            event.preventDefault();
            add(pasted);
          }}
          className="max-h-60 min-h-14 resize-y field-sizing-content"
        />
      </Field>
      <DraftFiles files={files} onRemove={remove} />
      <div className="flex flex-wrap items-center gap-2">
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label="Files to attach"
          onChange={(event) => {
            add([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
        <Button
          variant="ghost"
          size="icon"
          aria-label="Attach files"
          disabled={!may}
          onClick={() => picker.current?.click()}
        >
          <Paperclip aria-hidden />
        </Button>
        <Field label="Send as" hideLabel>
          <Select
            value={chosen}
            disabled={!may}
            onChange={(event) => setChosen(event.target.value as Channel | 'auto')}
            className="w-auto"
          >
            <option value="auto">Auto{answerBy === null ? '' : `: ${CHANNEL_NAMES[answerBy]}`}</option>
            {CHANNELS.map((each) => (
              <option key={each} value={each}>
                {CHANNEL_NAMES[each]}
              </option>
            ))}
          </Select>
        </Field>
        <p className="min-w-0 flex-1 basis-40 text-xs text-muted-foreground">
          <Road answering={answering} hinders={hinders} />
        </p>
        <Button
          type="submit"
          variant="primary"
          disabled={hinders !== null || isEmpty || isUploading}
          title={hinders ?? 'Ctrl+Enter'}
        >
          <SendHorizontal aria-hidden /> Send
        </Button>
      </div>
    </form>
  );
}

/** Which way it would go, and why (D16); or why it would not. */
function Road({ answering, hinders }: { answering: AnsweringLine | undefined; hinders: string | null }) {
  if (hinders !== null) return hinders;
  if (answering?.lineDecision == null) return null;
  const { fromLinePhone, fromLineEmail, address, lineDecision, warnings } = answering;
  return (
    <>
      From <strong>{fromLinePhone ?? fromLineEmail}</strong>
      {address !== null && (
        <>
          {' '}
          to <strong>{address}</strong>
        </>
      )}
      . {lineDecision.because} {warnings.join(' ')}
    </>
  );
}

function answerSubject({ messages }: ConversationAnswer): string {
  const last = messages.find(({ subject }) => subject !== null && subject !== '')?.subject ?? '';
  return last === '' || /^re:/i.test(last) ? last : `Re: ${last}`;
}
