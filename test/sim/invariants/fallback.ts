/** The SMS that stands in for an iMessage. The matrix of the contract (4.11) is written out here a second time, on purpose. */
import type { MessageFacts } from '../eyes.ts';
import type { FallbackSettings, History, SeenEvent, Story } from '../history.ts';
import type { Finding, Look } from '../judge.ts';

/** A change of the fallback configuration is seen by every process within this time. */
const SNAPSHOT_AGE_MS = 1_000;

/** A fallback SMS goes exactly when the matrix says so. */
export function* followsTheFallbackMatrix({ history, events }: Look): Iterable<Finding> {
  for (const event of events) {
    const story = event.messageId === null ? undefined : history.stories.get(event.messageId);
    if (story === undefined || (event.data.status !== 'failed' && event.data.status !== 'fallback')) continue;
    const wanted = history
      .workspace(story.workspaceId)
      .fallback.within(event.at - SNAPSHOT_AGE_MS, event.at)
      .map((settings) => isDue(story, event, settings));
    const sms = fallbacksOf(history, story.id).length;
    if (wanted.includes(sms > 0)) continue;
    yield {
      text: `${event.data.status} (${reasonOf(event)}) brought ${sms} fallback SMS`,
      messageId: story.id,
    };
  }
}

function isDue(story: Story, event: SeenEvent, { enabled, onFailed }: FallbackSettings): boolean {
  if (story.messageType !== 'imessage' || story.fallbackOf !== null || !story.hasPhone || !enabled)
    return false;
  if (['dnc', 'expired', 'outcome_unknown'].includes(reasonOf(event))) return false;
  return (
    event.data.status === 'fallback' || onFailed || (story.ask?.request.sendFallbackSmsOnFailed ?? false)
  );
}

function reasonOf({ data }: SeenEvent): string {
  return typeof data.reason === 'string' ? data.reason : '';
}

/** Never two fallback SMS for one original, and the original says whether there is one. */
export function* fallsBackOnce({ history, messages }: Look): Iterable<Finding> {
  for (const { id, fallbackSmsDispatched } of messages) {
    const sms = fallbacksOf(history, id);
    if (sms.length > 1) yield { text: `${sms.length} fallback SMS for it`, messageId: id };
    if (fallbackSmsDispatched !== sms.length > 0) {
      yield {
        text: `fallbackSmsDispatched is ${fallbackSmsDispatched}, with ${sms.length} SMS`,
        messageId: id,
      };
    }
  }
}

/** Nobody gets both the iMessage and its fallback, unless the carrier took the first one back. */
export function* neverSaysItOnBothChannels({ history, messages }: Look): Iterable<Finding> {
  for (const { id } of messages.filter(isFallback)) {
    const original = history.story(history.story(id).fallbackOf ?? '');
    const left = history.handOversOf(original.id).some((handOver) => handOver.landedAt !== null);
    const bounced = original.events.some((event) => reasonOf(event) === 'bounced');
    if (left && !bounced) yield { text: `its original ${original.id} arrived as well`, messageId: id };
  }
}

function isFallback({ fallbackOf }: MessageFacts): boolean {
  return fallbackOf !== null;
}

function fallbacksOf(history: History, id: string): Story[] {
  return [...history.stories.values()].filter((story) => story.fallbackOf === id);
}
