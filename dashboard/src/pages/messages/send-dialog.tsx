/** One message, from anywhere: written, looked at as it would go, then sent. */
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { DryRunAnswer, SendMessageBody } from '@trunkline/sdk';
import { useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { useMay, useMe } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field, Input, Select, Textarea } from '../../ui/field.tsx';
import { useToast } from '../../ui/toast.tsx';
import { TYPE_NAMES, TYPES } from './search.ts';
import { SendPreview } from './send-preview.tsx';
import { lineName, useLines } from './use-lines.ts';
import { useMessageChanges } from './use-message-list.ts';
import { WhenPicker } from './when-picker.tsx';

export interface Draft {
  recipient: string;
  /** The contact, where it is known; `recipient` then only shows it. */
  leadId?: string | undefined;
  messageType: (typeof TYPES)[number];
  text: string;
  subject: string;
  /** '' = one is chosen. */
  lineId: string;
  /** null = now. */
  scheduledDate: string | null;
}

const EMPTY: Draft = {
  recipient: '',
  messageType: 'imessage',
  text: '',
  subject: '',
  lineId: '',
  scheduledDate: null,
};

interface SendMessageDialogProps {
  onClose(): void;
  /** What is known already: the contact, its address. */
  initial?: Partial<Draft>;
}

export function SendMessageDialog({ onClose, initial = {} }: SendMessageDialogProps) {
  const [draft, setDraft] = useState<Draft>({ ...EMPTY, ...initial });
  const [preview, setPreview] = useState<{ answer: DryRunAnswer; key: string } | null>(null);
  const { may, why } = useMay('send');
  const navigate = useNavigate();
  const toast = useToast();
  const applyTo = useMessageChanges();
  const look = useMutation({
    mutationFn: () => api.sendMessage({ dryRun: true, body: bodyOf(draft) }),
    // One key for one look: however often the button is pressed, one message is sent.
    onSuccess: (answer) => setPreview({ answer, key: newKey() }),
  });
  const send = useMutation({
    mutationFn: (idempotencyKey: string) => api.sendMessage({ body: bodyOf(draft) }, { idempotencyKey }),
    onSuccess: async ({ message }) => {
      onClose();
      toast.done('Accepted.');
      void applyTo((each) => each);
      await navigate({ to: '/messages', search: { message: message._id } });
    },
  });
  const change = (changes: Partial<Draft>) => {
    setDraft({ ...draft, ...changes });
    look.reset();
  };
  const error = preview === null ? look.error : send.error;
  const isWhole = draft.text.trim() !== '' && (draft.leadId !== undefined || draft.recipient.trim() !== '');
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Send a message"
      description={
        preview === null
          ? 'Nothing is sent before you have seen how it would go.'
          : 'This is how it would go.'
      }
      footer={
        preview === null ? (
          <Button
            type="submit"
            form="send-message"
            variant="primary"
            busy={look.isPending}
            disabled={!may || !isWhole}
            title={why}
          >
            Preview
          </Button>
        ) : (
          <>
            <Button
              onClick={() => {
                setPreview(null);
                send.reset();
              }}
            >
              Back to the text
            </Button>
            <Button
              variant="primary"
              busy={send.isPending}
              disabled={preview.answer.status === 'failed'}
              onClick={() => send.mutate(preview.key)}
            >
              Send
            </Button>
          </>
        )
      }
    >
      {preview === null ? (
        <form
          id="send-message"
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (isWhole && may) look.mutate();
          }}
        >
          <DraftFields draft={draft} onChange={change} />
        </form>
      ) : (
        <SendPreview answer={preview.answer} messageType={draft.messageType} />
      )}
      {error && (
        <p role="alert" className="mt-3 font-medium text-danger">
          {sentenceOf(error)}
        </p>
      )}
    </Dialog>
  );
}

function DraftFields({ draft, onChange }: { draft: Draft; onChange(changes: Partial<Draft>): void }) {
  const { workspace } = useMe();
  const { lines } = useLines();
  const own = lines.filter(({ isActive, messageType }) => isActive && messageType === draft.messageType);
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-[2fr_1fr]">
        <Field
          label="To"
          hint={
            draft.messageType === 'imessage'
              ? 'A phone number, or the email address of an Apple ID'
              : undefined
          }
        >
          <Input
            value={draft.recipient}
            readOnly={draft.leadId !== undefined}
            onChange={(event) => onChange({ recipient: event.target.value })}
            placeholder={draft.messageType === 'email' ? 'ada@example.com' : '+1 202 555 0100'}
            autoComplete="off"
            required
          />
        </Field>
        <Field label="Type">
          <Select
            value={draft.messageType}
            onChange={(event) =>
              onChange({
                messageType: TYPES.find((type) => type === event.target.value) ?? 'imessage',
                lineId: '',
              })
            }
          >
            {TYPES.map((type) => (
              <option key={type} value={type}>
                {TYPE_NAMES[type]}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      {draft.messageType === 'email' && (
        <Field label="Subject">
          <Input
            value={draft.subject}
            maxLength={255}
            onChange={(event) => onChange({ subject: event.target.value })}
          />
        </Field>
      )}
      <Field label="Message" hint="{firstName|there} and the like are filled in from the contact.">
        <Textarea
          value={draft.text}
          maxLength={10_000}
          rows={5}
          onChange={(event) => onChange({ text: event.target.value })}
          required
        />
      </Field>
      <Field label="From">
        <Select value={draft.lineId} onChange={(event) => onChange({ lineId: event.target.value })}>
          <option value="">The best line, chosen by the rules</option>
          {own.map((line) => (
            <option key={line._id} value={line._id}>
              {lineName(line)}
            </option>
          ))}
        </Select>
      </Field>
      <Checkbox
        label="Send it later"
        checked={draft.scheduledDate !== null}
        onCheckedChange={(later) =>
          onChange({ scheduledDate: later === true ? new Date(Date.now() + 3_600_000).toISOString() : null })
        }
      />
      {draft.scheduledDate !== null && (
        <WhenPicker
          at={draft.scheduledDate}
          onChange={(at) => at !== null && onChange({ scheduledDate: at })}
          zones={[workspace.timezone]}
        />
      )}
    </>
  );
}

function bodyOf(draft: Draft): SendMessageBody {
  const recipient = draft.recipient.trim();
  const address = recipient.includes('@') ? { recipientEmail: recipient } : { recipientPhone: recipient };
  return {
    ...(draft.leadId === undefined ? address : { leadId: draft.leadId }),
    messageType: draft.messageType,
    message: draft.text,
    subject: draft.messageType === 'email' ? draft.subject || null : null,
    fromLineId: draft.lineId || null,
    scheduledDate: draft.scheduledDate,
  };
}

function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
