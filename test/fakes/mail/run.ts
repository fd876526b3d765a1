/** `npm run fake:mail`: the mail provider by hand. Ends with Ctrl-C. */
import { systemClock } from '../../../src/lib/clock.ts';
import { MAGIC_RECIPIENTS, startMailWorld } from './mail-world.ts';

const clock = systemClock();
const world = await startMailWorld(() => clock.now());
const body = {
  transport: 'smtp',
  messageType: 'email',
  email: 'office@sender.test',
  transportConfig: world.transportConfig,
  secret: world.mailbox.password,
};
process.stdout.write(`SMTP 127.0.0.1:${world.smtpPort}, no password
IMAP 127.0.0.1:${world.mailbox.port}, user ${world.mailbox.user}, password ${world.mailbox.password}

The server must be started with TRUNKLINE_ALLOW_PRIVATE_HOSTS=true. A line, for POST /api/lines:

${JSON.stringify(body, null, 2)}

Recipients, at any domain:
${Object.entries(MAGIC_RECIPIENTS)
  .map(([name, what]) => `  ${`${name}@people.test`.padEnd(24)} ${what}`)
  .join('\n')}
`);
