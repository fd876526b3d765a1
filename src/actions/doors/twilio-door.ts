/** What a client of Twilio's messaging API can do here: send, look, list, cancel (docs/migrating.md). */
import { fromMessageSid, toMessageSid } from '../../contract/doors/door-ids.ts';
import type {
  DoorSend,
  TwilioAccount,
  TwilioList,
  TwilioMessage,
  TwilioMessages,
} from '../../contract/doors/twilio-door.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { toRfc2822 } from '../../lib/clock.ts';
import type { LineRow } from '../../store/lines/lines.ts';
import { type DoorMessage, findDoorMessage, listDoorMessages } from '../../store/messages/door-messages.ts';
import type { Caller } from '../access/authenticate.ts';
import { cancelMessage } from '../messages/cancel-messages.ts';
import { presentTwilio } from './present-door.ts';
import { type DoorOptions, sendByDoor } from './send-by-door.ts';

const API = '/2010-04-01/Accounts';

export async function sendByTwilio(
  deps: Deps,
  caller: Caller,
  send: DoorSend,
  options: DoorOptions,
): Promise<TwilioMessage> {
  const { snapshot, ...found } = await sendByDoor(deps, caller, send, options);
  return presentTwilio(found, snapshot.lines, options.account);
}

export async function getByTwilio(
  deps: Deps,
  caller: Caller,
  account: string,
  sid: string,
): Promise<TwilioMessage> {
  const lines = await linesOf(deps, caller);
  return presentTwilio(await find(deps, caller, sid), lines, account);
}

export async function listByTwilio(
  deps: Deps,
  caller: Caller,
  account: string,
  { to, from, pageSize, page, ...filters }: TwilioList,
  asked: URLSearchParams,
): Promise<TwilioMessages> {
  const lines = await linesOf(deps, caller);
  const end = (address: string | null) =>
    address === null
      ? null
      : { address, lineIds: lines.filter(({ phone }) => phone === address).map(({ id }) => id) };
  const rows = await listDoorMessages(deps.database, caller.workspaceId, {
    ...filters,
    to: end(to),
    from: end(from),
    // One more than asked for tells whether there is a next page.
    limit: pageSize + 1,
  });
  const shown = rows.slice(0, pageSize);
  const last = rows.length > shown.length ? shown.at(-1) : undefined;
  const pageUri = (number: number, token: string | null) => {
    const query = new URLSearchParams(asked);
    query.set('PageSize', String(pageSize));
    query.set('Page', String(number));
    query.delete('PageToken');
    if (token !== null) query.set('PageToken', token);
    return `${API}/${account}/Messages.json?${query}`;
  };
  return {
    messages: shown.map((row) => presentTwilio(row, lines, account)),
    page,
    page_size: pageSize,
    start: page * pageSize,
    end: page * pageSize + Math.max(0, shown.length - 1),
    uri: pageUri(page, asked.get('PageToken')),
    first_page_uri: pageUri(0, null),
    next_page_uri: last === undefined ? null : pageUri(page + 1, `PA${toMessageSid(last.message.id, false)}`),
    // Pages are walked forward: what came since then would shift the ones before.
    previous_page_uri: null,
  };
}

export async function cancelByTwilio(
  deps: Deps,
  caller: Caller,
  account: string,
  sid: string,
): Promise<TwilioMessage> {
  const { message } = await find(deps, caller, sid);
  await cancelMessage(deps, caller, message.id);
  return getByTwilio(deps, caller, account, sid);
}

export async function getTwilioAccount(deps: Deps, caller: Caller, sid: string): Promise<TwilioAccount> {
  const snapshot = await deps.snapshots.read(caller.workspaceId);
  if (snapshot === null) throw problem('NO_ACTIVE_WORKSPACE');
  const { name, billingStatus, createdAt } = snapshot.workspace;
  const uri = `${API}/${sid}`;
  return {
    sid,
    friendly_name: name,
    status: billingStatus === 'active' ? 'active' : 'suspended',
    type: 'Full',
    auth_token: '',
    owner_account_sid: sid,
    date_created: toRfc2822(createdAt),
    date_updated: toRfc2822(createdAt),
    subresource_uris: { messages: `${uri}/Messages.json` },
    uri: `${uri}.json`,
  };
}

async function find(deps: Deps, { workspaceId }: Caller, sid: string): Promise<DoorMessage> {
  const id = fromMessageSid(sid);
  const found = id === null ? null : await findDoorMessage(deps.database, workspaceId, id);
  if (found === null) throw problem('MESSAGE_NOT_FOUND');
  return found;
}

async function linesOf(deps: Deps, { workspaceId }: Caller): Promise<readonly LineRow[]> {
  return (await deps.snapshots.read(workspaceId))?.lines ?? [];
}
