/** A carrier calls: its channel says whether the call is genuine and what it means; the news is recorded before the answer. */
import type { HookAnswer, HookRequest } from '../../channels/channel.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { isId } from '../../lib/ids.ts';
import { findLine } from '../../store/lines/lines.ts';
import { askSoon } from '../../store/lines/news.ts';
import { channelLine } from '../lines/channel-line.ts';
import { takeNews } from './take-news.ts';

/** What the carrier is answered. */
export type HookReply = Pick<HookAnswer, 'status' | 'contentType' | 'body'>;

/** `path` is the request's own, with its query: the carrier knows it below our public address. */
export type Hook = Omit<HookRequest, 'url'> & { path: string };

export async function receiveHook(
  deps: Deps,
  workspaceId: string,
  lineId: string,
  { path, ...request }: Hook,
): Promise<HookReply> {
  if (!/^[\w-]{1,64}$/.test(workspaceId) || !isId(lineId)) throw problem('NOT_FOUND');
  const line = await findLine(deps.database, workspaceId, lineId);
  const channel = line === null ? undefined : deps.channels.get(line.transport);
  if (line === null || channel?.receiveHook === undefined) throw problem('NOT_FOUND');
  const url = `${deps.config.publicUrl ?? ''}${path}`;
  const answer = await channel.receiveHook(channelLine(deps.secrets, line), { ...request, url });
  await takeNews(deps, workspaceId, lineId, answer.news);
  if (answer.isHint) await hintAtNews(deps, workspaceId, lineId);
  return answer;
}

/** Somebody says that a line has news: its carrier is asked at once. */
export async function hintAtNews(
  deps: Pick<Deps, 'database' | 'clock' | 'wakeDispatchers'>,
  workspaceId: string,
  lineId: string,
): Promise<void> {
  await askSoon(deps.database, workspaceId, lineId, deps.clock.now());
  deps.wakeDispatchers();
}
