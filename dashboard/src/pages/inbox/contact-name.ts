import type { Message } from '@trunkline/sdk';

interface Contact {
  name: string | null;
  phone: string | null;
  email: string | null;
}

/** By what somebody is called who may have no name; of a contact that was deleted: as a message has it. */
export function contactName({ name, phone, email }: Contact, message?: Message): string {
  const known = name ?? phone ?? email;
  if (known !== null || message === undefined) return known ?? 'A contact that was deleted';
  const { recipientName, address, recipientPhone, recipientEmail } = message;
  return recipientName ?? address ?? recipientPhone ?? recipientEmail ?? 'A contact that was deleted';
}
