/** Up to two files that go with the message: uploaded here, or by the address they lie at. */
import { useMutation } from '@tanstack/react-query';
import { Trash2, Upload } from 'lucide-react';
import { useId, useRef } from 'react';
import { api } from '../../../api.ts';
import { Button } from '../../../ui/button.tsx';
import { Field, Input } from '../../../ui/field.tsx';
import { useToast } from '../../../ui/toast.tsx';
import type { StepDraft } from './draft.ts';

const MOST = 2;

interface AttachmentsProps {
  step: StepDraft;
  error?: string | undefined;
  errorAt(index: number): string | undefined;
  onChange(changes: Pick<StepDraft, 'attachmentUrls' | 'attachmentNames'>): void;
}

export function Attachments({ step, error, errorAt, onChange }: AttachmentsProps) {
  const { attachmentUrls: urls, attachmentNames: names } = step;
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const toast = useToast();
  const add = (url: string, name: string | null) =>
    onChange({ attachmentUrls: [...urls, url], attachmentNames: [...names, name] });
  const upload = useMutation({
    async mutationFn(file: File) {
      const body = new FormData();
      body.append('file', file);
      return api.uploadAttachment({ body });
    },
    onSuccess: ({ url, name }) => add(url, name),
    onError: toast.failed,
  });
  const without = <Item,>(items: Item[], index: number) => items.filter((_, n) => n !== index);
  return (
    <section aria-label="Attachments" className="flex flex-col gap-2">
      <h3 className="font-medium">Attachments</h3>
      {error && <p className="text-xs font-medium text-danger">{error}</p>}
      {urls.map((url, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have nothing else to be known by
        <div key={index} className="flex items-end gap-2">
          <Field
            label={`Attachment ${index + 1}${names[index] ? ` (${names[index]})` : ''}`}
            error={errorAt(index)}
            className="flex-1"
          >
            <Input
              type="url"
              value={url}
              placeholder="https://…"
              onChange={({ target }) =>
                onChange({
                  attachmentUrls: urls.map((each, n) => (n === index ? target.value : each)),
                  attachmentNames: names,
                })
              }
            />
          </Field>
          <Button
            size="icon"
            aria-label={`Remove attachment ${index + 1}`}
            onClick={() =>
              onChange({ attachmentUrls: without(urls, index), attachmentNames: without(names, index) })
            }
          >
            <Trash2 aria-hidden />
          </Button>
        </div>
      ))}
      {urls.length < MOST && (
        <div className="flex flex-wrap gap-2">
          <label htmlFor={id} className="sr-only">
            File to attach
          </label>
          <input
            ref={input}
            id={id}
            type="file"
            className="sr-only"
            tabIndex={-1}
            onChange={({ target }) => {
              const [file] = target.files ?? [];
              target.value = '';
              if (file !== undefined) upload.mutate(file);
            }}
          />
          <Button size="sm" busy={upload.isPending} onClick={() => input.current?.click()}>
            <Upload aria-hidden /> Upload a file
          </Button>
          <Button size="sm" onClick={() => add('', null)}>
            By its address
          </Button>
        </div>
      )}
    </section>
  );
}
