/** The client as somebody installs it: packed, in a project of its own that has nothing else, checked and run there. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSdk } from '../../scripts/build-sdk.ts';
import { openApp, type TestApp } from '../harness.ts';
import { newPhone, openWorkspace } from '../workspaces.ts';

const run = promisify(execFile);
const TSC = path.resolve(import.meta.dirname, '../../node_modules/typescript/bin/tsc');
const PROGRAM = `
import { createClient, type Message, TrunklineError } from '@trunkline/sdk';
import { verifyWebhook } from '@trunkline/sdk/webhooks';

const [url, key, phone] = process.argv.slice(2) as [string, string, string];
const trunkline = createClient({ url, key });
const { message } = await trunkline.sendMessage(
  { body: { message: 'Packed', recipientPhone: phone } },
  { prefer: 'wait=20' },
);
const found: Message[] = [];
for await (const each of trunkline.paginate('listMessages', {})) found.push(each);
const refused = await trunkline.getMessage({ id: 'nope' }).catch((error: unknown) => error);
console.log(JSON.stringify({
  found: found.map(({ _id }) => _id === message._id),
  refused: refused instanceof TrunklineError ? refused.status : String(refused),
  verify: typeof verifyWebhook,
}));
`;

let app: TestApp;
let folder: string;

beforeAll(async () => {
  app = await openApp();
  folder = mkdtempSync(path.join(tmpdir(), 'trunkline-sdk-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await app.close();
});

test('is JavaScript with its types, and needs nothing beside it', async () => {
  const built = path.join(folder, 'built');
  await buildSdk(built);
  await run('npm', ['pack', '--pack-destination', folder], { cwd: built });
  const [packed] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const project = path.join(folder, 'project');
  mkdirSync(project);
  writeFileSync(path.join(project, 'package.json'), '{ "type": "module" }');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `../${packed}`], { cwd: project });
  expect(readdirSync(path.join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    '@trunkline',
  ]);

  const source = `declare const process: { argv: string[] };\n${PROGRAM}`;
  writeFileSync(path.join(project, 'program.ts'), source);
  const strictly = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom'];
  await run(process.execPath, [TSC, ...strictly, '--types', '', 'program.ts'], { cwd: project });

  const ws = await openWorkspace(app);
  const { stdout } = await run(process.execPath, ['program.js', app.url, ws.key, newPhone()], {
    cwd: project,
  });
  expect(JSON.parse(stdout)).toEqual({ found: [true], refused: 404, verify: 'function' });
});
