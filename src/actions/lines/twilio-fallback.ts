/** The SMS line behind a Twilio fallback (D37): made, or changed, once Twilio has confirmed what it is told. */
import type { Channel, ChannelLine } from '../../channels/channel.ts';
import type { UpdateFallbackConfig } from '../../contract/lines/fallback-config.ts';
import { parseCreateLine } from '../../contract/lines/line-requests.ts';
import { invalidField, problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { invariant } from '../../lib/invariant.ts';
import type { LineRow } from '../../store/lines/lines.ts';
import type { Caller } from '../access/authenticate.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';
import { channelLine } from './channel-line.ts';
import { createLine, updateLine } from './manage-lines.ts';

type Changes = Pick<
  UpdateFallbackConfig,
  'accountSid' | 'authToken' | 'fromNumber' | 'messagingServiceSid' | 'verify'
>;

interface Account {
  accountSid: string;
  authToken: string;
  messagingServiceSid: string | null;
  phone: string | null;
}

/** The id of the line. `line` is the one that these changes are to; null: a new one, or one of this very number. */
export async function keepTwilioLine(
  deps: Deps,
  caller: Caller,
  snapshot: WorkspaceSnapshot,
  line: LineRow | null,
  changes: Changes,
): Promise<string> {
  const channel = deps.channels.get('twilio');
  if (channel === undefined) throw problem('TRANSPORT_NOT_SUPPORTED', { param: 'provider' });
  const account = merge(line === null ? null : accountOf(deps, line), changes);
  const phone = account.phone ?? (await askForPhone(channel, caller, account, changes.verify !== false));
  const probe = lineOf(caller, account, phone);
  if (changes.verify !== false) {
    const health = await channel.checkHealth(probe);
    if (!health.healthy) throw problem('FALLBACK_NOT_VERIFIED', { error: health.message });
  }
  const { transportConfig } = probe;
  const secret = account.authToken;
  const known = line ?? snapshot.lines.find((each) => isSame(each, account.accountSid, phone));
  if (known !== undefined && known !== null) {
    await updateLine(deps, caller, known.id, { transportConfig: { ...transportConfig }, secret, phone });
    return known.id;
  }
  const body = { messageType: 'sms', transport: 'twilio', phone, transportConfig, secret };
  const made = await createLine(deps, caller, parseCreateLine(body).request);
  return made.line._id;
}

function accountOf(deps: Deps, line: LineRow): Account {
  const { transportConfig, secret, phone } = channelLine(deps.secrets, line);
  const { accountSid, messagingServiceSid = null } = transportConfig;
  invariant(typeof accountSid === 'string', 'a twilio line has an account');
  return {
    accountSid,
    authToken: secret ?? '',
    messagingServiceSid: typeof messagingServiceSid === 'string' ? messagingServiceSid : null,
    phone,
  };
}

/** What is given replaces what there was; a number takes the place of a service, a service that of a number. */
function merge(before: Account | null, changes: Changes): Account {
  const accountSid = changes.accountSid ?? before?.accountSid;
  if (accountSid === undefined) throw invalidField('accountSid', 'must be given for twilio');
  const isOther = before !== null && before.accountSid !== accountSid;
  const authToken = changes.authToken ?? (isOther ? '' : before?.authToken);
  if (!authToken)
    throw invalidField(
      'authToken',
      isOther ? 'must be given for another account' : 'must be given for twilio',
    );
  const { fromNumber, messagingServiceSid } = changes;
  const [phone, service] = isOther
    ? [null, null]
    : [before?.phone ?? null, before?.messagingServiceSid ?? null];
  const merged =
    fromNumber === undefined && messagingServiceSid === undefined
      ? { phone, messagingServiceSid: service }
      : {
          phone:
            fromNumber ?? (messagingServiceSid === null || messagingServiceSid === service ? phone : null),
          messagingServiceSid: messagingServiceSid ?? null,
        };
  if (merged.phone === null && merged.messagingServiceSid === null)
    throw invalidField('fromNumber', 'or messagingServiceSid must be given for twilio');
  return { accountSid, authToken, ...merged };
}

/** A service is named without a number: one of its own is shown for it. */
async function askForPhone(
  channel: Channel,
  caller: Caller,
  account: Account,
  mayAsk: boolean,
): Promise<string> {
  if (!mayAsk)
    throw invalidField('fromNumber', 'must be given too when the Messaging Service is not verified');
  let phone: string | null | undefined;
  try {
    phone = await channel.findPhone?.(lineOf(caller, account, null));
  } catch (error) {
    throw problem('FALLBACK_NOT_VERIFIED', { error: (error as Error).message, cause: error });
  }
  if (!phone) throw problem('FALLBACK_NOT_VERIFIED', { error: 'The Messaging Service has no phone number' });
  return phone;
}

/** As it would be, for its channel. */
function lineOf({ workspaceId }: Caller, account: Account, phone: string | null): ChannelLine {
  const { accountSid, messagingServiceSid, authToken } = account;
  return {
    workspaceId,
    lineId: '',
    messageType: 'sms',
    phone,
    email: null,
    name: '',
    transportConfig: { accountSid, ...(messagingServiceSid === null ? {} : { messagingServiceSid }) },
    secret: authToken,
  };
}

function isSame(line: LineRow, accountSid: string, phone: string): boolean {
  return (
    line.transport === 'twilio' && line.phone === phone && line.transportConfig.accountSid === accountSid
  );
}
