/** A message of ours that failed, once more: as it is, or changed. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Message } from '@trunkline/sdk';
import { api } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { useToast } from '../../ui/toast.tsx';

export function Again({ message, onChange }: { message: Message; onChange(): void }) {
  const client = useQueryClient();
  const toast = useToast();
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.retryMessage({ id: message._id }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['conversations'] }),
    onError: toast.failed,
  });
  return (
    <>
      {message.retriedBy === null ? (
        <Button size="inline" variant="link" busy={isPending} onClick={() => mutate()}>
          Send it again
        </Button>
      ) : (
        <span>It was sent again.</span>
      )}
      <Button size="inline" variant="link" onClick={onChange}>
        Change it
      </Button>
    </>
  );
}
