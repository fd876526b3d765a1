/** The agent is killed at every step of its journal: nothing is sent twice, nothing is lost, and what is unknown is said so. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { accept, newPhone, read } from '../workspaces.ts';
import { isConnected, type Mac, openMac } from './mac.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

/** In their order, and what a new agent finds in the journal. */
const STEPS = [
  ['taken', 'not begun'],
  ['granted', 'not begun'],
  ['started', 'begun, and not on the phone'],
  ['noted', 'begun, and on the phone'],
  ['sent', 'begun, and on the phone'],
  ['settled', 'done, and not told to the server'],
] as const;

describe('an agent that is killed', () => {
  test.each(STEPS)('after "%s" (%s) leaves one copy in the end', async (step) => {
    const mac = await openMac(app, { starts: false });
    const child = await startMortal(app, mac, step);
    const message = await accept(mac.workspace, { recipientPhone: newPhone() });
    await ended(child);
    expect((await mac.copies()).length).toBe(['taken', 'granted', 'started'].includes(step) ? 0 : 1);
    await mac.start();
    await mac.workspace.reaches(message._id, 'delivered');
    expect((await mac.copies()).map(({ reference }) => reference)).toEqual([message._id]);
    await mac.close();
  });

  test.each(['started', 'noted'])(
    'again and again after "%s" leaves one copy for each message, and loses none',
    async (step) => {
      const mac = await openMac(app, { starts: false });
      const messages = [];
      for (let n = 0; n < 4; n += 1) {
        const child = await startMortal(app, mac, step);
        messages.push(await accept(mac.workspace, { recipientPhone: newPhone() }));
        await ended(child);
      }
      await mac.start();
      for (const { _id } of messages) await mac.workspace.reaches(_id, 'delivered');
      const references = (await mac.copies()).map(({ reference }) => reference);
      expect(references.sort()).toEqual(messages.map(({ _id }) => _id).sort());
      await mac.close();
    },
  );

  test('whose device can’t tell what became of the message makes it unknown, until the device can', async () => {
    const mac = await openMac(app, { starts: false });
    const child = await startMortal(app, mac, 'noted');
    const message = await accept(mac.workspace, { recipientPhone: newPhone() });
    await ended(child);
    let canTell = false;
    const { createSandboxDriver } = await import('../../src/relay/drivers/sandbox.ts');
    const driver = createSandboxDriver({ dataDir: mac.dataDir, clock: app.deps.clock });
    await mac.start({
      driver: {
        ...driver,
        askForNews: async ({ cursor }) => ({ news: [], cursor, more: false }),
        find: async (...asked) =>
          canTell ? driver.find(...asked) : { finding: 'undecided', message: 'Not yet', final: false },
      },
    });
    await mac.workspace.reaches(message._id, 'unknown');
    canTell = true;
    await mac.workspace.reaches(message._id, 'sent');
    expect(await mac.copies()).toHaveLength(1);
    await mac.close();
  });

  test('by SIGTERM amid a send ends it first, and tells the server', async () => {
    const mac = await openMac(app, { starts: false });
    const child = await startMortal(app, mac, 'never');
    await isConnected(mac);
    const message = await accept(mac.workspace, { recipientPhone: '+12025550105' });
    await until('the phone has it', async () => (await mac.copies()).length === 1);
    child.kill('SIGTERM');
    await ended(child);
    const [job] = await read(app, 'SELECT state, answer FROM relay_jobs WHERE reference = $1', [message._id]);
    expect(job).toMatchObject({ state: 'answered', answer: { outcome: 'unknown' } });
    await mac.start();
    await mac.workspace.reaches(message._id, 'sent');
    expect(await mac.copies()).toHaveLength(1);
    await mac.close();
  });
});

async function startMortal(to: TestApp, mac: Mac, step: string): Promise<ChildProcess> {
  const script = path.join(import.meta.dirname, 'agent-child.ts');
  const args = [script, to.url, mac.pairing.token, mac.dataDir, step];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', () => reject(new Error('the agent ended before it was ready')));
  });
  await isConnected(mac);
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  await until('the agent has ended', () => child.exitCode !== null || child.signalCode !== null);
}
