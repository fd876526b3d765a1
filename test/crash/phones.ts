/**
 * The simulated phones as the processes of a run reach them: as in the product, but with an answer promised within a
 * shorter time, so that leases are short; and with fewer connections than there are sends, so that some wait for one.
 */
import type { Channel } from '../../src/channels/channel.ts';
import { createSandboxChannel } from '../../src/channels/sandbox.ts';
import type { Transport } from '../../src/domain/words.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createIds } from '../../src/lib/ids.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { openDatabase } from '../../src/store/database.ts';
import { SEND_TIMEOUT_MS } from './orders.ts';

const CONNECTIONS = 5;

export function openPhones(url: string): ReadonlyMap<Transport, Channel> {
  const clock = systemClock();
  const database = openDatabase({
    url,
    maxConnections: CONNECTIONS,
    namedStatements: true,
    log: silentLog(),
  });
  const phones = createSandboxChannel({ database, clock, ids: createIds(clock, systemRandom()) });
  return new Map([['sandbox', { ...phones, sendTimeoutMs: SEND_TIMEOUT_MS, close: () => database.close() }]]);
}
