/** What a twilio line may be told, and what is refused before it is stored. Its secret is the account's auth token. */

export interface TwilioSettings {
  /** The (sub)account that owns the number; its own auth token signs what Twilio calls us with. */
  accountSid: string;
  /** Set: Twilio picks the sender from this service. null: the line's own phone number is the sender. */
  messagingServiceSid: string | null;
}

export const ACCOUNT_SID = /^AC[0-9a-fA-F]{32}$/;
export const SERVICE_SID = /^MG[0-9a-fA-F]{32}$/;

/** The settings, or what is wrong with them as a public sentence. */
export function readTwilioSettings(config: Readonly<Record<string, unknown>>): TwilioSettings | string {
  const { accountSid, messagingServiceSid = null, ...rest } = config;
  const [stranger] = Object.keys(rest);
  if (stranger !== undefined)
    return `transportConfig.${stranger} is not a setting of a twilio line: use accountSid and messagingServiceSid`;
  if (typeof accountSid !== 'string' || !ACCOUNT_SID.test(accountSid))
    return 'transportConfig.accountSid must be AC followed by 32 hex digits';
  if (
    messagingServiceSid !== null &&
    (typeof messagingServiceSid !== 'string' || !SERVICE_SID.test(messagingServiceSid))
  )
    return 'transportConfig.messagingServiceSid must be MG followed by 32 hex digits';
  return { accountSid, messagingServiceSid };
}
