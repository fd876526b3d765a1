/** A clock that was set back, by whoever keeps it or by our own anchoring, stops nothing until it has caught up. */
import { expect, test } from 'vitest';
import { revokeApiKey } from '../../src/store/access/api-keys.ts';
import { updateBilling } from '../../src/store/workspace/workspaces.ts';
import { openApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read } from '../workspaces.ts';

const HOUR = 3_600_000;

test('what is looked after beside the queues is still looked after', async () => {
  const clock = leapingClock();
  const app = await openApp({ clock });
  const before = await openWorkspace(app);
  // Receipts came in, so the dispatcher has looked after everything at least once.
  await before.reaches((await accept(before, { recipientPhone: newPhone() }))._id, 'delivered');
  clock.leap(-HOUR);
  // Lines that never sent before the step.
  const ws = await openWorkspace(app);
  const heard = await accept(ws, { recipientPhone: newPhone() });
  const unheard = await accept(await openWorkspace(app), { recipientPhone: '+12025550105' });
  await ws.reaches(heard._id, 'delivered');
  await until('the lost answer is asked for', async () => {
    const [row] = await read<{ status: string }>(app, 'SELECT status FROM messages WHERE id = $1', [
      unheard._id,
    ]);
    return row?.status === 'delivered';
  });
  await app.close();
});

test('what another process changed is seen as soon as ever', async () => {
  const clock = leapingClock();
  const app = await openApp({ clock, dispatches: false });
  const ws = await openWorkspace(app);
  const ask = async () =>
    (await ws.send({ message: 'Hi', recipientPhone: newPhone() }, { prefer: 'wait=0' })).status;
  expect(await ask()).toBeLessThan(300);
  clock.leap(-HOUR);
  await updateBilling(app.deps.database, ws.workspaceId, 'past_due', clock.now());
  await until('the workspace may only read', async () => (await ask()) === 402);
  const [key] = await read<{ id: string }>(app, 'SELECT id FROM api_keys WHERE workspace_id = $1', [
    ws.workspaceId,
  ]);
  await revokeApiKey(app.deps.database, ws.workspaceId, key?.id ?? '', clock.now());
  await until('the key opens nothing', async () => (await ask()) === 401);
  await app.close();
});
