/** `people`: for an operator whose workspace lost its owner, or somebody who lost a password. */
import { makeSetupToken } from '../actions/people/join.ts';
import { newPasswordFor } from '../actions/people/new-password.ts';
import { readConfig } from '../config.ts';
import { systemClock, toIso } from '../lib/clock.ts';
import { UsageError } from '../lib/command-line.ts';
import type { Database } from '../store/database.ts';
import { listMembers } from '../store/people/people.ts';
import { findWorkspace } from '../store/workspace/workspaces.ts';
import { withDatabase } from './with-database.ts';

type Verb = (database: Database, about: string) => Promise<number>;

const VERBS: Readonly<Record<string, Verb>> = {
  list,
  'setup-link': printSetupLink,
  'new-password': printNewPassword,
};

export async function people(args: string[]): Promise<number> {
  const [name = '', about, ...more] = args;
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb === undefined || about === undefined || more.length > 0)
    throw new UsageError('Say list <workspace>, setup-link <workspace>, or new-password <email>.');
  return withDatabase((database) => verb(database, about));
}

/** `base`: where the server is reached. */
export function setupLink(base: string, token: string): string {
  return `${base}/setup?token=${token}`;
}

async function list(database: Database, workspaceId: string): Promise<number> {
  if ((await findWorkspace(database, workspaceId)) === null) return noWorkspace(workspaceId);
  for (const { role, name, email, joinedAt } of await listMembers(database, workspaceId))
    process.stdout.write(`${role.padEnd(6)}  ${email}  ${name} (since ${toIso(joinedAt)})\n`);
  return 0;
}

/** Also where there are owners: whoever may run this may do anything. */
async function printSetupLink(database: Database, workspaceId: string): Promise<number> {
  const token = await makeSetupToken({ database, clock: systemClock() }, workspaceId, true);
  if (token === null) return noWorkspace(workspaceId);
  const { publicUrl, host, port } = readConfig(process.env);
  process.stdout.write(`${setupLink(publicUrl ?? `http://${host}:${port}`, token)}\n`);
  process.stdout.write('Whoever opens it first, within 24 hours, becomes an owner of the workspace.\n');
  return 0;
}

async function printNewPassword(database: Database, email: string): Promise<number> {
  const password = await newPasswordFor({ database, clock: systemClock() }, email);
  if (password === null) {
    process.stderr.write(`Nobody has an account with ${email}.\n`);
    return 1;
  }
  process.stdout.write(`${password}\n`);
  process.stdout.write(
    'Shown only now, to be changed after signing in. Every session of the person has ended, and no code',
  );
  process.stdout.write(' is asked for.\n');
  return 0;
}

function noWorkspace(workspaceId: string): number {
  process.stderr.write(`There is no workspace ${workspaceId}.\n`);
  return 1;
}
