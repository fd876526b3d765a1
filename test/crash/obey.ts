/**
 * Orders as a process of a run obeys them: it ends or stands still at a checkpoint, by a signal to itself, so that not one
 * instruction follows the instant that was meant.
 */
import type { Order, Report } from './orders.ts';

let order: Order | null = null;
process.on('message', (message) => {
  order = (message as { order: Order | null }).order;
});
// Whoever started this process is gone: nobody would ever stop it.
const quit = () => process.exit(1);
process.on('disconnect', quit);

const stopping = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));

/** Until it is asked to end; then `close` ends it well. */
export async function workUntilStopped(close: () => Promise<unknown>): Promise<void> {
  await stopping;
  await close();
  process.off('disconnect', quit);
  process.disconnect();
}

/** Not async: an order to die takes effect before this returns. */
export function checkpoint(label: string): void | Promise<void> {
  if (order === null || order.label !== label) return;
  order.passing -= 1;
  if (order.passing > 0) return;
  const { act } = order;
  const report: Report = { report: 'stopping', label: order.label };
  order = null;
  if (act === 'kill') process.kill(process.pid, 'SIGKILL');
  else return tell(report).then(() => void process.kill(process.pid, 'SIGSTOP'));
}

export function tell(report: Report): Promise<void> {
  return new Promise((resolve) => process.send?.(report, () => resolve()));
}
