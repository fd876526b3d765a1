/** The step as a chosen lead would read it: asked of the server by a dry run, so that it is what would be sent. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Lead } from '@trunkline/sdk';
import { useDeferredValue, useState } from 'react';
import { api, sentenceOf } from '../../../api.ts';
import { Button } from '../../../ui/button.tsx';
import { Popover } from '../../../ui/popover.tsx';
import type { Draft, StepDraft } from './draft.ts';
import { LeadPicker, titleOf } from './lead-picker.tsx';

interface PreviewProps {
  step: StepDraft;
  messageType: Draft['messageType'];
}

export function Preview({ step, messageType }: PreviewProps) {
  const [lead, setLead] = useState<Lead | null>(null);
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label="Preview" className="flex flex-col gap-2 rounded-lg border border-dashed p-3">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="font-medium">Preview</h3>
        <Popover
          label="Choose a lead"
          open={isOpen}
          onOpenChange={setOpen}
          trigger={<Button size="sm">{lead === null ? 'Choose a lead' : `For ${titleOf(lead)}`}</Button>}
        >
          <LeadPicker
            label="Lead"
            onPick={(picked) => {
              setLead(picked);
              setOpen(false);
            }}
          />
        </Popover>
      </div>
      {lead === null ? (
        <p className="text-muted-foreground">
          Choose a lead to see the text with its placeholders filled in.
        </p>
      ) : (
        <Rendered lead={lead} step={step} messageType={messageType} />
      )}
    </section>
  );
}

function Rendered({ lead, step, messageType }: PreviewProps & { lead: Lead }) {
  const message = useDeferredValue(step.message);
  const subject = useDeferredValue(step.subject);
  const { data, error } = useQuery({
    queryKey: ['messages', 'preview', lead._id, messageType, message, subject],
    queryFn: ({ signal }) =>
      api.sendMessage(
        {
          dryRun: true,
          body: {
            leadId: lead._id,
            message,
            messageType,
            ...(subject === null ? {} : { subject }),
          },
        },
        { signal },
      ),
    enabled: message.trim() !== '',
    placeholderData: keepPreviousData,
  });
  if (message.trim() === '') return <p className="text-muted-foreground">There is no text yet.</p>;
  if (error !== null) return <p role="alert">{sentenceOf(error)}</p>;
  return (
    <div aria-live="polite" className="flex flex-col gap-1">
      {data?.subject && <p className="font-medium">{data.subject}</p>}
      <p className="max-w-prose rounded-2xl bg-info-soft px-3 py-2 break-words whitespace-pre-wrap">
        {data?.text ?? '…'}
      </p>
      {data !== undefined && data.missing.length > 0 && (
        <p className="text-warning">This lead has no {data.missing.join(', ')}: nothing stands there.</p>
      )}
    </div>
  );
}
