/**
 * The first start: a workspace, simulated lines, a key. Done once per database, whoever starts first; a later start
 * with another bootstrap key adds that key.
 */
import { randomBytes } from 'node:crypto';
import type { Deps } from '../../deps.ts';
import { lineDefaults } from '../../domain/line-defaults.ts';
import type { MessageType } from '../../domain/words.ts';
import { insertApiKey } from '../../store/access/api-keys.ts';
import { type Sql, statement } from '../../store/database.ts';
import { insertLine, type NewLine, upsertDevice } from '../../store/lines/lines.ts';
import { insertWorkspace, updateFallback } from '../../store/workspace/workspaces.ts';
import { hashApiKey } from '../access/authenticate.ts';

export interface Bootstrapped {
  /** The first one of the database. */
  workspaceId: string;
  /** Shown once; null when it was given from outside, or the workspace is not new. */
  newKey: string | null;
}

const SANDBOX_LINES: readonly {
  messageType: MessageType;
  name: string;
  phone: string | null;
  email: string | null;
}[] = [
  { messageType: 'imessage', name: 'Sandbox One', phone: '+12025550171', email: null },
  { messageType: 'imessage', name: 'Sandbox Two', phone: '+12025550172', email: null },
  { messageType: 'imessage', name: 'Sandbox Three', phone: '+12025550173', email: null },
  { messageType: 'sms', name: 'Sandbox SMS', phone: '+12025550174', email: null },
  { messageType: 'email', name: 'Sandbox Email', phone: null, email: 'sandbox@example.com' },
];
const KEY_CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 43 base62 characters hold the 256 bits of 32 random bytes. */
const KEY_LENGTH = 43;

const LOCK_BOOTSTRAP = statement(
  'lock_bootstrap',
  `SELECT pg_advisory_xact_lock(hashtext('trunkline bootstrap'))`,
);
const FIND_WORKSPACE_ID = statement(
  'find_first_workspace',
  'SELECT workspace_id AS "workspaceId" FROM workspaces ORDER BY created_at, workspace_id LIMIT 1',
);

export async function bootstrap(deps: Deps, bootstrapKey: string | null): Promise<Bootstrapped> {
  return deps.database.transaction(async (tx) => {
    await tx.query(LOCK_BOOTSTRAP, []);
    const [existing] = await tx.query<{ workspaceId: string }>(FIND_WORKSPACE_ID, []);
    if (existing !== undefined) {
      if (bootstrapKey !== null) await addKey(deps, tx, existing.workspaceId, bootstrapKey);
      return { workspaceId: existing.workspaceId, newKey: null };
    }
    const workspaceId = `org_${deps.ids()}`;
    await insertWorkspace(tx, workspaceId, 'My workspace', deps.clock.now());
    const lineIds = new Map<MessageType, string>();
    for (const line of SANDBOX_LINES)
      lineIds.set(line.messageType, await addSandboxLine(deps, tx, workspaceId, line));
    const settings = {
      fallbackProvider: 'sandbox',
      fallbackLineId: lineIds.get('sms') ?? null,
      fallbackEnabled: true,
      fallbackAttachmentLinks: false,
      sendFallbackSmsOnFailed: false,
    };
    await updateFallback(tx, workspaceId, settings, deps.clock.now());
    const key = bootstrapKey ?? newApiKey();
    await addKey(deps, tx, workspaceId, key);
    return { workspaceId, newKey: bootstrapKey === null ? key : null };
  });
}

export function newApiKey(): string {
  let key = 'tl_sk_';
  while (key.length < 'tl_sk_'.length + KEY_LENGTH) {
    // Bytes past the last whole multiple of 62 would make some characters likelier.
    for (const byte of randomBytes(64)) {
      if (byte < 248 && key.length < 'tl_sk_'.length + KEY_LENGTH) key += KEY_CHARACTERS[byte % 62];
    }
  }
  return key;
}

async function addKey(deps: Deps, tx: Sql, workspaceId: string, key: string): Promise<void> {
  await insertApiKey(
    tx,
    {
      keyHash: hashApiKey(key),
      workspaceId,
      id: deps.ids(),
      name: 'First key',
      hint: key.slice(0, 10),
      scopes: ['admin'],
      expiresAt: null,
    },
    deps.clock.now(),
  );
}

async function addSandboxLine(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  { messageType, name, phone, email }: (typeof SANDBOX_LINES)[number],
): Promise<string> {
  const id = deps.ids();
  const [firstName = null, lastName = null] = name.split(' ');
  const { deviceGapMs, ...settings } = lineDefaults(messageType, 'sandbox');
  const line: NewLine = {
    id,
    deviceId: id,
    messageType,
    channelType: messageType === 'email' ? 'email' : 'phone',
    transport: 'sandbox',
    transportConfig: {},
    secret: null,
    lineType: 'byon',
    phone,
    email,
    firstName,
    lastName,
    isActive: true,
    capTimezone: 'UTC',
    ...settings,
  };
  await upsertDevice(tx, workspaceId, id, deviceGapMs);
  await insertLine(tx, workspaceId, line, deps.clock.now());
  return id;
}
