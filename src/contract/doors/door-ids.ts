/** Our ids in the forms of other services, and back. Nothing is stored: 24 of the 32 hex digits are ours, the others are zeros. */
import { isId } from '../../lib/ids.ts';

const ZEROS = '00000000';
export const ACCOUNT_SID = /^AC[0-9a-fA-F]{32}$/;

/** MM with media, SM without, as Twilio names them. */
export function toMessageSid(id: string, hasMedia: boolean): string {
  return `${hasMedia ? 'MM' : 'SM'}${ZEROS}${id}`;
}

/** null when it is none of ours; SM and MM name the same message. */
export function fromMessageSid(sid: string): string | null {
  const id = /^(?:SM|MM)00000000([0-9a-f]{24})$/i.exec(sid)?.[1]?.toLowerCase();
  return id !== undefined && isId(id) ? id : null;
}

export function toMessageHandle(id: string): string {
  const hex = ZEROS + id;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
