import { useMutation, useQuery } from '@tanstack/react-query';
import type { Line, Message } from '@trunkline/sdk';
import { type FormEvent, useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select, Textarea } from '../../ui/field.tsx';
import { Phone } from './phone.tsx';
import { Progress } from './progress.tsx';
import { RECIPIENTS } from './recipients.ts';

/** The stream tells of it within a second; who waits for a first message looks more often. */
const LOOK_EVERY_MS = 400;

export function TryPhone({ lines }: { lines: readonly Line[] | undefined }) {
  const { may, why } = useMay('send');
  const [phone, setPhone] = useState<string>(RECIPIENTS[0].phone);
  const send = useMutation({
    mutationFn: async (message: string) => {
      const line = lines?.find(isSimulated) ?? (await addSimulatedLine());
      const { message: sent } = await api.sendMessage({
        body: { message, recipientPhone: phone, fromLineId: line._id },
      });
      return sent;
    },
  });
  const sent = useMessage(send.data);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    send.mutate(String(new FormData(event.currentTarget).get('message')));
  };
  return (
    <div className="grid gap-6 md:grid-cols-[minmax(0,1fr)_auto]">
      <form onSubmit={submit} className="flex max-w-xl min-w-0 flex-col gap-4">
        <Field label="To" hint="A phone that is only simulated. What it does depends on its number.">
          <Select value={phone} onChange={(event) => setPhone(event.target.value)}>
            {RECIPIENTS.map((each) => (
              <option key={each.phone} value={each.phone}>
                {each.phone} {each.does}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="Message">
          <Textarea name="message" rows={2} required defaultValue="Hello from Trunkline!" />
        </Field>
        <Button
          type="submit"
          variant="primary"
          className="self-start"
          busy={send.isPending}
          disabled={!may || lines === undefined}
          title={why}
        >
          Send
        </Button>
        {why && <p className="text-muted-foreground">{why}</p>}
        {send.error && (
          <p role="alert" className="font-medium text-danger">
            {sentenceOf(send.error)}
          </p>
        )}
        <Progress message={sent} />
      </form>
      <Phone address={phone} message={sent} />
    </div>
  );
}

function isSimulated({ transport, messageType, isActive }: Line): boolean {
  return transport === 'sandbox' && messageType === 'imessage' && isActive;
}

async function addSimulatedLine(): Promise<Line> {
  const { line } = await api.createLine({
    body: { transport: 'sandbox', messageType: 'imessage', phone: '+12025550171', firstName: 'Sandbox' },
  });
  return line;
}

/** As it is now, until it can change no more. */
function useMessage(sent: Message | undefined): Message | undefined {
  const { data } = useQuery({
    queryKey: ['messages', 'one', sent?._id],
    queryFn: ({ signal }) => api.getMessage({ id: sent?._id ?? '' }, { signal }),
    enabled: sent !== undefined,
    select: ({ message }) => message,
    refetchInterval: ({ state }) => (isOver(state.data?.message) ? false : LOOK_EVERY_MS),
  });
  return data ?? sent;
}

function isOver(message: Message | undefined): boolean {
  return message !== undefined && ['delivered', 'failed', 'fallback', 'cancelled'].includes(message.status);
}
