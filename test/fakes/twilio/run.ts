/** `npm run fake:twilio -- [port]`: the fake by hand. Prints where it is, its credentials and its magic numbers. */

import { RECIPIENTS, SENDERS } from './script.ts';
import { startTwilio } from './server.ts';

const port = Number(process.argv[2] ?? 0);
const twilio = await startTwilio({
  port,
  accountSid: `AC${'0'.repeat(32)}`,
  authToken: 'fake-auth-token',
  serviceSid: `MG${'0'.repeat(32)}`,
  numbers: ['+12025550190'],
});

const rows = (scripts: typeof RECIPIENTS) =>
  Object.entries(scripts)
    .map(([number, { sentence }]) => `  ${number}  ${sentence}`)
    .join('\n');

process.stdout.write(`Twilio stands at ${twilio.url}

  TRUNKLINE_TWILIO_URL=${twilio.url} TRUNKLINE_ALLOW_PRIVATE_HOSTS=true TRUNKLINE_PUBLIC_URL=http://127.0.0.1:8080 npm start

  accountSid           ${twilio.accountSid}
  authToken            ${twilio.authToken}
  messagingServiceSid  ${twilio.serviceSid}
  numbers              ${twilio.numbers.join(' ')}

Recipients:
${rows(RECIPIENTS)}

Senders:
${rows(SENDERS)}

Each line of standard input is an inbound message: <from> <to> <webhook address> <text>
`);

process.stdin.setEncoding('utf8').on('data', (lines) => {
  for (const line of String(lines).split('\n')) {
    const [from, to, url, ...words] = line.trim().split(/\s+/);
    if (from === undefined || to === undefined || url === undefined) continue;
    void twilio.receive({ from, to, url, body: words.join(' ') }).then(({ call }) => {
      process.stdout.write(`${JSON.stringify(call?.answers)}\n`);
    });
  }
});
