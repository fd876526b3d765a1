/** `npm run fake:webhook-receiver [port] [whsec_…]`: prints what arrives, and whether both signatures are right. */
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { until } from '../../until.ts';
import { openWebhookReceiver } from './receiver.ts';

const [port = '9100', secret = ''] = process.argv.slice(2);
const receiver = await openWebhookReceiver({ port: Number(port) });
console.log(
  `Webhook receiver at ${receiver.url}. Make a webhook with this url (TRUNKLINE_ALLOW_PRIVATE_HOSTS=true).`,
);
if (secret === '')
  console.log('Started again with the port and the secret of the webhook, it verifies signatures.');

let shown = 0;
for (;;) {
  await until('something arrives', () => receiver.received.length > shown, Number.POSITIVE_INFINITY);
  for (const { headers, body, envelope } of receiver.received.slice(shown)) {
    shown += 1;
    console.log(`\n${headers['webhook-id']} ${envelope.event}\n${body.toString('utf8')}`);
    if (secret === '') continue;
    const hex = createHmac('sha256', secret).update(body).digest('hex');
    console.log(`X-Tuco-Signature: ${hex === headers['x-tuco-signature'] ? 'right' : 'WRONG'}`);
    console.log(`webhook-signature: ${isStandard(headers, body) ? 'right' : 'WRONG'}`);
  }
}

function isStandard(headers: object, body: Buffer): boolean {
  try {
    new Webhook(secret).verify(body.toString('utf8'), headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
