/** Events are rendered when they are told, and yet show the message exactly as the commit of the event left it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Receipt, recordReceipts } from '../../src/actions/news/record-receipts.ts';
import { renderEvents } from '../../src/actions/webhooks/render-events.ts';
import type { Envelope } from '../../src/contract/webhooks/webhooks.ts';
import { isWebhookEvent } from '../../src/domain/webhook-events.ts';
import { readTimeline } from '../../src/store/events/events.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, openWorkspace, type Workspace } from '../workspaces.ts';

/** Its phone takes everything and never says more: what comes then, the test says. */
const SILENT = '+12025550107';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp();
  ws = await openWorkspace(app, { fallback: true });
});
afterAll(() => app.close());

const LONG_AGO_MS = 60_000;
const PATHS: readonly (readonly Receipt['kind'][])[] = [
  ['delivered', 'read'],
  ['read'],
  ['bounced'],
  ['not_on_channel'],
  ['delivered', 'accepted', 'read'],
  ['accepted', 'delivered', 'bounced', 'read'],
];

test.each(PATHS)('sent, then %s %s %s %s', async (...kinds) => {
  const { _id } = await accept(ws, { recipientPhone: SILENT, batchId: kinds.join(' ') });
  await ws.reaches(_id, 'sent');
  const then = new Map<string, Envelope>();
  await note(_id, then);
  for (const kind of kinds) {
    if (kind === undefined) continue;
    // Carriers date what happened before we hear of it.
    const at = app.deps.clock.now() - LONG_AGO_MS;
    const receipt: Receipt = { messageId: _id, kind, at };
    await recordReceipts(app.deps, ws.workspaceId, async () => [receipt]);
    await note(_id, then);
  }
  const later = await renderAll(_id);
  expect(later.size).toBe(then.size);
  expect(later.size).toBeGreaterThan(1);
  for (const [id, envelope] of later) expect(envelope, `${envelope.event}`).toEqual(then.get(id));
});

/** What is told of events that are new, at once. */
async function note(messageId: string, then: Map<string, Envelope>): Promise<void> {
  for (const [id, envelope] of await renderAll(messageId)) if (!then.has(id)) then.set(id, envelope);
}

async function renderAll(messageId: string): Promise<Map<string, Envelope>> {
  const timeline = await readTimeline(app.deps.database, ws.workspaceId, messageId);
  const events = timeline.filter(({ type }) => isWebhookEvent(type));
  const envelopes = await renderEvents(app.deps, ws.workspaceId, events);
  return new Map(events.map(({ id }, index) => [id, envelopes[index] as Envelope]));
}
