/** Workspaces of their own within one app, so that every test has its lines, leads and simulated phones to itself. */
import { hashApiKey } from '../src/actions/access/authenticate.ts';
import { newApiKey } from '../src/actions/workspace/bootstrap.ts';
import type { Line } from '../src/contract/lines/lines.ts';
import type { Message } from '../src/contract/messages/messages.ts';
import type { BillingStatus, LineDownPolicy, Scope } from '../src/domain/words.ts';
import { insertApiKey } from '../src/store/access/api-keys.ts';
import { statement } from '../src/store/database.ts';
import { insertWorkspace, updateBilling } from '../src/store/workspace/workspaces.ts';
import { type Client, openClient } from './client.ts';
import type { TestApp } from './harness.ts';

export interface Workspace extends Client {
  workspaceId: string;
  key: string;
  /** In the order they were asked for. */
  lines: Line[];
}

export interface WorkspaceOptions {
  /** Bodies of `POST /api/lines`; sandbox lines for iMessage unless they say otherwise. */
  lines?: readonly Record<string, unknown>[];
  /** An SMS line of its own, last of `lines`, carries fallback SMS. */
  fallback?: boolean;
  lineDownPolicy?: LineDownPolicy;
  scopes?: readonly Scope[];
}

export async function openWorkspace(app: TestApp, wish: WorkspaceOptions = {}): Promise<Workspace> {
  const { deps } = app;
  const { lines: wishes = [{}], fallback = false, lineDownPolicy = 'wait', scopes = ['admin'] } = wish;
  const workspaceId = `org_${deps.ids()}`;
  const key = newApiKey();
  const now = deps.clock.now();
  await insertWorkspace(deps.database, workspaceId, 'Test', now);
  const apiKey = { id: deps.ids(), name: 'Test', hint: '', scopes, expiresAt: null };
  await insertApiKey(deps.database, { keyHash: hashApiKey(key), workspaceId, ...apiKey }, now);
  const client = openClient(app.url, key);
  const lines: Line[] = [];
  if (lineDownPolicy !== 'wait') await client.call('PATCH', '/api/workspace', { lineDownPolicy });
  for (const each of fallback ? [...wishes, { messageType: 'sms' }] : wishes)
    lines.push(await addLine(client, each));
  if (fallback) {
    const lineId = lines.at(-1)?._id;
    const { status } = await client.call('PATCH', '/api/workspace/fallback-config', {
      provider: 'sandbox',
      lineId,
    });
    if (status !== 200) throw new Error(`the fallback was not configured: ${status}`);
  }
  return { ...client, workspaceId, key, lines };
}

export async function addLine(client: Client, wish: Record<string, unknown> = {}): Promise<Line> {
  const address = wish.messageType === 'email' ? { email: newEmail() } : { phone: newPhone() };
  const { status, body } = await client.call<{ line: Line }>('POST', '/api/lines', {
    transport: 'sandbox',
    ...address,
    ...wish,
  });
  if (status !== 201) throw new Error(`the line was not made: ${status} ${JSON.stringify(body)}`);
  return body.line;
}

/** The operator's call of D36. Callers see it within the second for which a process remembers a workspace. */
export async function bill(app: TestApp, { workspaceId }: Workspace, status: BillingStatus): Promise<void> {
  await updateBilling(app.deps.database, workspaceId, status, app.deps.clock.now());
  app.deps.snapshots.forget(workspaceId);
}

/** Accepts a message without waiting for its outcome. */
export async function accept(client: Client, body: Record<string, unknown>): Promise<Message> {
  const { status, body: answer } = await client.send({ message: 'Hi', ...body }, { prefer: 'wait=0' });
  if (status > 201) throw new Error(`not accepted: ${status} ${JSON.stringify(answer)}`);
  return answer.message;
}

/** Rows straight from the database. */
export function read<Row = Record<string, unknown>>(
  app: TestApp,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return app.deps.database.query<Row>(statement('', sql), values);
}

export interface Copy {
  address: string;
  message: string;
  messageType: string;
  lineId: string;
  receivedAt: number;
}

/** What all simulated phones and mailboxes of a workspace received, in that order. */
export function copiesIn(app: TestApp, { workspaceId }: { workspaceId: string }): Promise<Copy[]> {
  return read<Copy>(
    app,
    `SELECT address, message, message_type AS "messageType", line_id AS "lineId", received_at AS "receivedAt"
     FROM sandbox_copies WHERE workspace_id = $1 ORDER BY id`,
    [workspaceId],
  );
}

/** Instants at which the workspace's messages took their turn on a line, in order. */
export async function turnsIn(app: TestApp, { workspaceId }: { workspaceId: string }): Promise<number[]> {
  const rows = await read<{ at: number }>(
    app,
    "SELECT at FROM events WHERE workspace_id = $1 AND type = 'message.sending' ORDER BY at",
    [workspaceId],
  );
  return rows.map((row) => row.at);
}

let made = 0;

/** A number nobody else uses; its simulated phone is an ordinary one. */
export function newPhone(): string {
  made += 1;
  return `+1303${String(5_550_000 + made)}`;
}

/** An address nobody else uses; its simulated mailbox is an ordinary one. */
export function newEmail(): string {
  made += 1;
  return `person${made}@example.com`;
}
