/** One address in front of doors that come and go, as a load balancer has it: whole connections, links included. */
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

export interface Front {
  url: string;
  /** Where the doors are; none: whoever comes is turned away. */
  doors: () => string[];
  /** Ends the connection that has lasted longest, amid whatever it carries. */
  cut(): void;
  close(): Promise<void>;
}

export async function openFront(): Promise<Front> {
  const visitors = new Set<Socket>();
  let turn = 0;
  const server = net.createServer((visitor) => {
    const doors = front.doors();
    turn += 1;
    const door = URL.parse(doors[turn % doors.length] ?? '');
    if (door === null) return void visitor.destroy();
    const inside = net.connect(Number(door.port), door.hostname);
    visitors.add(visitor);
    const end = () => {
      visitors.delete(visitor);
      visitor.destroy();
      inside.destroy();
    };
    for (const each of [visitor, inside]) each.on('error', end).on('close', end);
    visitor.pipe(inside).pipe(visitor);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front: Front = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    doors: () => [],
    cut() {
      const [longest] = visitors;
      longest?.destroy();
    },
    async close() {
      for (const visitor of visitors) visitor.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return front;
}
