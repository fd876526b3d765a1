/**
 * The conversation with an address. macOS 26 calls it `any;-;address`, older ones `iMessage;-;address`, and a server knows
 * one only by its very name: it is looked up, and the name the server gives is used.
 */
import type { Answer, BlueBubblesApi, ServerInfo } from './api.ts';
import type { BlueBubblesServer } from './settings.ts';

/** `guid` null: nobody has written there yet. */
export type ChatSearch = { got: 'chat'; guid: string | null } | { got: 'failure'; answer: Answer };

const QUICK_MS = 10_000;

export async function findChat(
  api: BlueBubblesApi,
  server: BlueBubblesServer,
  address: string,
  { os_version = '' }: ServerInfo,
  signal?: AbortSignal,
): Promise<ChatSearch> {
  const services = Number.parseInt(os_version, 10) >= 26 ? ['any', 'iMessage'] : ['iMessage', 'any'];
  for (const service of services) {
    const guid = `${service};-;${address}`;
    const answer = await api.call<{ guid?: string }>(server, `chat/${encodeURIComponent(guid)}`, {
      timeoutMs: QUICK_MS,
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.got !== 'answer' || (answer.status !== 200 && answer.status !== 404))
      return { got: 'failure', answer };
    if (answer.status === 200) return { got: 'chat', guid: answer.data.guid ?? guid };
  }
  return { got: 'chat', guid: null };
}
