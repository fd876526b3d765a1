/** A process that sends one message by the driver and keeps the journal on disk, made to be killed amid it. */
import { fsyncSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import type { Notes, Send } from '../../src/relay/driver.ts';
import { createMessagesAppDriver } from '../../src/relay/drivers/messages-app/messages-app.ts';
import { leaseOf } from '../leases.ts';

const { home, osascript, dataDir, job } = JSON.parse(process.argv[2] ?? '{}') as Record<string, string> & {
  job: Send;
};
const clock = systemClock();
const driver = createMessagesAppDriver({
  clock,
  dataDir: dataDir ?? '',
  home: home ?? '',
  osascriptProgram: osascript ?? '',
});
const journal = openSync(path.join(dataDir ?? '', 'notes.jsonl'), 'a');
const keep = async (notes: Notes) => {
  writeSync(journal, `${JSON.stringify(notes)}\n`);
  fsyncSync(journal);
};
const notes = await driver.prepare(job);
await keep(notes);
const outcome = await driver.send(job, notes, leaseOf(), keep);
process.stdout.write(JSON.stringify(outcome));
