/** The guided check of a line, stored or not: its settings, its address, and then whatever its channel can find out. */
import type { Channel, ChannelLine } from '../../channels/channel.ts';
import type { LineCheckAnswer } from '../../contract/lines/line-check.ts';
import type { CreateLine } from '../../contract/lines/lines.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { type Found, failed, ok, type SetupStep, skipped, warning } from '../../domain/setup-step.ts';
import type { Transport } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { findLine, type LineRow, listLines } from '../../store/lines/lines.ts';
import type { Caller } from '../access/authenticate.ts';
import { channelLine } from './channel-line.ts';

/** As it would be made. Nothing is stored, and its secret goes nowhere but to the server it is for. */
export async function checkNewLine(
  deps: Deps,
  { workspaceId }: Caller,
  input: CreateLine,
): Promise<Omit<LineCheckAnswer, 'warnings'>> {
  const { messageType, transport, phone, email, firstName, lastName, transportConfig, secret } = input;
  const name = [firstName, lastName].filter((part) => part !== null && part !== '').join(' ');
  const line: ChannelLine = {
    workspaceId,
    lineId: '',
    messageType,
    phone,
    email,
    name,
    transportConfig,
    secret,
  };
  return check(deps, transport, line);
}

/** With what is stored and nothing else: nobody sends a stored secret to a server that he names. */
export async function checkStoredLine(
  deps: Deps,
  { workspaceId }: Caller,
  id: string,
): Promise<Omit<LineCheckAnswer, 'warnings'>> {
  const line = await findLine(deps.database, workspaceId, id);
  if (line === null) throw problem('LINE_NOT_FOUND');
  return check(deps, line.transport, channelLine(deps.secrets, line));
}

async function check(
  deps: Deps,
  transport: Transport,
  line: ChannelLine,
): Promise<Omit<LineCheckAnswer, 'warnings'>> {
  const channel = deps.channels.get(transport);
  if (channel === undefined) throw problem('TRANSPORT_NOT_SUPPORTED', { param: 'transport' });
  const fault = channel.validateConfig({ ...line.transportConfig });
  const lines = await listLines(deps.database, line.workspaceId);
  const steps: SetupStep[] = [
    { key: 'settings', ...settings(fault) },
    { key: 'identity', ...identity(line, transport, lines) },
    ...(fault === null ? await ask(channel, line) : [{ key: transport, ...notAsked }]),
  ];
  const isOk = steps.every(({ state }) => state !== 'failed');
  return { ok: isOk, checkedAt: toIso(deps.clock.now()), steps };
}

async function ask(channel: Channel, line: ChannelLine): Promise<SetupStep[]> {
  if (channel.checkSetup !== undefined) return channel.checkSetup(line);
  const health = await channel.checkHealth(line);
  const fix = 'Mend it as the sentence says.';
  return [{ key: 'health', ...(health.healthy ? ok('It answers') : failed(health.message, fix)) }];
}

const notAsked = skipped('Not asked: a step before it failed');

function settings(fault: string | null): Found {
  return fault === null ? ok('The settings are complete') : failed(fault, 'Change this setting.');
}

/** Two lines of one number may be meant (an old Mac and a new one), and mostly are not. */
function identity(line: ChannelLine, transport: Transport, lines: readonly LineRow[]): Found {
  const address = line.phone ?? line.email;
  const isSame = (other: LineRow) =>
    other.id !== line.lineId &&
    other.transport === transport &&
    other.messageType === line.messageType &&
    (line.phone === null ? other.email === line.email : other.phone === line.phone);
  return lines.some(isSame)
    ? warning(
        `Another line of the workspace is ${address} too`,
        'Two lines of one number take turns and both count against what its carrier bears: delete one of them.',
      )
    : ok(`No other line of the workspace is ${address}`);
}
