/** The load on an API process, in a process of its own. argv: address, key, connections, seconds, known leads. */
import autocannon from 'autocannon';

const [address = '', key = '', connections = '64', seconds = '5', known = '20000'] = process.argv.slice(2);
const knownLeads = Number(known);
let fresh = 0;
const start = 5_000_000_000 + Math.floor(Math.random() * 1_000_000_000);

/** Every other message goes to somebody new, the rest to one of the known leads. */
function nextPhone(): string {
  fresh += 1;
  return fresh % 2 === 0
    ? `+1${start + fresh}`
    : `+1${4_000_000_000 + Math.floor(Math.random() * knownLeads)}`;
}

const result = await autocannon({
  url: address,
  connections: Number(connections),
  duration: Number(seconds),
  requests: [
    {
      method: 'POST',
      path: '/api/messages',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      setupRequest: (request) => ({
        ...request,
        body: JSON.stringify({
          recipientPhone: nextPhone(),
          message:
            'Hello {firstName|there}, your table for two is booked for tonight at eight. Reply STOP to opt out.',
          batchId: 'bench',
        }),
      }),
    },
  ],
});
process.stdout.write(
  `${JSON.stringify({
    perSecond: result['2xx'] / result.duration,
    failed: result.non2xx + result.errors,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  })}\n`,
);
