/** `npm run fake:bluebubbles -- [port]`: the fake by hand. Prints where it is, its password and its magic recipients. */
import { PEOPLE } from './people.ts';
import { startBlueBubbles } from './server.ts';

const server = await startBlueBubbles({ port: Number(process.argv[2] ?? 0) });
const recipients = Object.entries(PEOPLE).map(([address, [, sentence]]) => `  ${address}  ${sentence}`);

process.stdout.write(`BlueBubbles stands at ${server.url}, its password is "${server.password}"

  TRUNKLINE_ALLOW_PRIVATE_HOSTS=true TRUNKLINE_PUBLIC_URL=http://127.0.0.1:8080 npm start

  POST /api/lines {"transport":"bluebubbles","phone":"+12025550190","transportConfig":{"serverUrl":"${server.url}"},"secret":"${server.password}"}

Recipients:
${recipients.join('\n')}

Each line of standard input is a message to the Mac: <from> <text>
`);

process.stdin.setEncoding('utf8').on('data', (lines) => {
  for (const line of String(lines).split('\n')) {
    const [from, ...words] = line.trim().split(/\s+/);
    if (from !== undefined && words.length > 0) server.receive(from, words.join(' '));
  }
});
