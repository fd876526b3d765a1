/** `keys`: for an operator whose workspace lost its keys, or has one that must go. */
import { hashApiKey } from '../actions/access/authenticate.ts';
import { newApiKey } from '../actions/workspace/bootstrap.ts';
import { systemClock, toIso } from '../lib/clock.ts';
import { UsageError } from '../lib/command-line.ts';
import { createIds } from '../lib/ids.ts';
import { systemRandom } from '../lib/random.ts';
import { insertApiKey, listApiKeys, revokeApiKey } from '../store/access/api-keys.ts';
import type { Database } from '../store/database.ts';
import { findWorkspace } from '../store/workspace/workspaces.ts';
import { withDatabase } from './with-database.ts';

type Verb = (database: Database, workspaceId: string, about: string | undefined) => Promise<number>;

const VERBS: Readonly<Record<string, Verb>> = { list, add, remove };

export async function keys(args: string[]): Promise<number> {
  const [name = '', workspaceId, about, ...more] = args;
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  const wantsMore = name === 'add' || name === 'remove';
  if (
    verb === undefined ||
    workspaceId === undefined ||
    more.length > 0 ||
    wantsMore !== (about !== undefined)
  )
    throw new UsageError('Say list <workspace>, add <workspace> <name>, or remove <workspace> <key id>.');
  return withDatabase(async (database) => {
    if ((await findWorkspace(database, workspaceId)) !== null) return verb(database, workspaceId, about);
    process.stderr.write(`There is no workspace ${workspaceId}.\n`);
    return 1;
  });
}

async function list(database: Database, workspaceId: string): Promise<number> {
  for (const { id, hint, scopes, name, lastUsedAt } of await listApiKeys(database, workspaceId)) {
    const used = lastUsedAt === null ? 'never used' : `last used ${toIso(lastUsedAt)}`;
    process.stdout.write(`${id}  ${hint}…  ${scopes.join(',')}  ${name} (${used})\n`);
  }
  return 0;
}

/** With every right: whoever may run this may do anything. */
async function add(database: Database, workspaceId: string, name = ''): Promise<number> {
  const key = newApiKey();
  const clock = systemClock();
  const id = createIds(clock, systemRandom())();
  const row = { id, name, hint: key.slice(0, 10), scopes: ['admin'] as const, expiresAt: null };
  await insertApiKey(database, { ...row, keyHash: hashApiKey(key), workspaceId }, clock.now());
  process.stdout.write(`${key}\nThis key is shown only now.\n`);
  return 0;
}

/** Also the last one: `add` makes another. */
async function remove(database: Database, workspaceId: string, id = ''): Promise<number> {
  const known = (await listApiKeys(database, workspaceId)).some((each) => each.id === id);
  if (!known) {
    process.stderr.write(`The workspace has no key ${id}.\n`);
    return 1;
  }
  await revokeApiKey(database, workspaceId, id, systemClock().now());
  process.stdout.write('Removed: it opens nothing any more within a second.\n');
  return 0;
}
