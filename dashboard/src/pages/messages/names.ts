import type { Message } from '@trunkline/sdk';

/** Where it goes or went; of one that came in, where it came from. */
export function addressOf({ address, recipientPhone, recipientEmail, messageType }: Message): string {
  const named =
    messageType === 'email' ? (recipientEmail ?? recipientPhone) : (recipientPhone ?? recipientEmail);
  return address ?? named ?? 'nobody';
}

export function contactOf(message: Message): string {
  return message.recipientName ?? addressOf(message);
}
