/** `npm run fake:messages`: a Mac with Messages to play with, until Ctrl-C. `-- --macos 26` for the newer one. */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { startFakeMessages } from './messages.ts';
import { RECIPIENTS } from './recipients.ts';

const { values } = parseArgs({ options: { macos: { type: 'string', default: '15' } } });
const fake = await startFakeMessages({ macOs: values.macos === '26' ? 26 : 15 });

process.stdout.write(`A Mac with macOS ${values.macos} and Messages signed in.

  export HOME=${fake.home}
  export PATH=${fake.bin}:$PATH

Messages writes ${fake.folder}/chat.db. Recipients:
${Object.entries(RECIPIENTS)
  .map(([address, behaviour]) => `  ${address}  ${behaviour}`)
  .join('\n')}
Anybody else gets what is sent. Type here:
  receive +12025550100 Hello there
  love <guid of a message that was sent>
  deny            Automation is no longer allowed
  allow
  sent            what has left so far
`);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [word, ...rest] = line.trim().split(' ');
  if (word === 'receive') say(fake.receive(rest[0] ?? '', rest.slice(1).join(' ')));
  else if (word === 'love') say(fake.tapback('+12025550100', rest[0] ?? '', 2000));
  else if (word === 'deny' || word === 'allow') fake.mac.mayAutomate = word === 'allow';
  else if (word === 'sent') for (const message of fake.left) say(JSON.stringify(message));
  else if (word !== '') say('receive, love, deny, allow or sent');
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    lines.close();
    void fake.close().then(() => process.exit(0));
  });
}

function say(words: string): void {
  process.stdout.write(`${words}\n`);
}
