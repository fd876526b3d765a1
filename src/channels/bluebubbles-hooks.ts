/**
 * Calls from a BlueBubbles server. It signs nothing, so what it is told to call holds a secret of the line's own; and it
 * tries once, in any order, so what it says is only a hint to ask. The one exception is news that no question brings:
 * Apple took an address away from the Mac.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { BlueBubblesApi } from '../bluebubbles/api.ts';
import { refusalOf } from '../bluebubbles/rows.ts';
import type { BlueBubblesServer } from '../bluebubbles/settings.ts';
import type { ChannelLine, HookAnswer, HookRequest } from './channel.ts';
import type { LineNews } from './news.ts';

/** `imessage-aliases-removed` is sent to nobody but those who want everything: its own name cannot be registered. */
const EVENTS = ['*'];
const HINTS = ['new-message', 'updated-message', 'message-send-error'];
const HOOK = 'events';
const QUICK_MS = 10_000;

interface Webhook {
  id: number;
  url: string;
  events: string[] | string;
}

/** `password` null: the line has none, and nobody can have been told to call. */
export function answerBlueBubbles(
  line: ChannelLine,
  password: string | null,
  request: HookRequest,
): HookAnswer {
  const answer = { contentType: 'text/plain', news: [], isHint: false } as const;
  const given = URL.parse(request.url, 'http://localhost')?.searchParams.get('token') ?? '';
  if (request.hook !== HOOK || password === null || !isEqual(given, tokenOf(line, password)))
    return { ...answer, status: 403, body: 'No' };
  const { type, data } = parse(request.body);
  const news = type === 'imessage-aliases-removed' ? [aliasesRemoved(data)] : [];
  return { ...answer, status: 200, body: 'OK', news, isHint: HINTS.includes(type) };
}

/** Tells the server to call us, once; a sentence when it did not take it. */
export async function registerWebhook(
  api: BlueBubblesApi,
  server: BlueBubblesServer,
  line: ChannelLine,
  publicUrl: string,
): Promise<string | null> {
  const base = hookBase(line, publicUrl);
  const url = `${base}${HOOK}?token=${tokenOf(line, server.password)}`;
  const listed = await api.call<Webhook[]>(server, 'webhook', { timeoutMs: QUICK_MS });
  if (listed.got !== 'answer' || listed.status !== 200) return refusalOf(listed);
  const ours = (Array.isArray(listed.data) ? listed.data : []).filter((each) => each.url.startsWith(base));
  const isRight = (each: Webhook) => each.url === url && [...each.events].join() === EVENTS.join();
  // What was registered under another password, or for other events, which creating it again would not change.
  for (const { id } of ours.filter((each) => !isRight(each)))
    await api.call(server, `webhook/${id}`, { method: 'DELETE', timeoutMs: QUICK_MS });
  if (ours.some(isRight)) return null;
  const made = await api.call(server, 'webhook', {
    method: 'POST',
    json: { url, events: EVENTS },
    timeoutMs: QUICK_MS,
  });
  return made.got === 'answer' && made.status === 200 ? null : refusalOf(made);
}

/** How every address begins that the line's server was ever told to call. */
export function hookBase({ workspaceId, lineId }: ChannelLine, publicUrl: string): string {
  return `${publicUrl}/hooks/${workspaceId}/${lineId}/`;
}

/** Nothing to store: who has the password and the line can tell it. */
export function tokenOf({ workspaceId, lineId }: ChannelLine, password: string): string {
  return createHmac('sha256', password).update(`hook ${workspaceId} ${lineId}`).digest('base64url');
}

function isEqual(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function aliasesRemoved(data: unknown): LineNews {
  const { aliases } = (data ?? {}) as { aliases?: unknown };
  const names = Array.isArray(aliases) ? aliases.filter((each) => typeof each === 'string') : [];
  const which = names.length > 0 ? ` ${names.join(', ')}` : '';
  return {
    news: 'line',
    health: 'wrong',
    message: `Apple took iMessage addresses away from the Mac:${which}`,
  };
}

function parse(body: Buffer): { type: string; data: unknown } {
  try {
    const { type, data } = JSON.parse(body.toString('utf8')) as { type?: unknown; data?: unknown };
    return { type: String(type), data };
  } catch {
    return { type: '', data: null };
  }
}
