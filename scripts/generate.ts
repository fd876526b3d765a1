/**
 * Files that repeat what the code says: openapi.json, the client's types and methods, pages of docs/, the settings of README.md.
 * `npm run generate` writes them; with `--check` it changes nothing and fails when one of them has fallen behind.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TWILIO_ACTIONS, TWILIO_ERRORS } from '../src/channels/twilio-errors.ts';
import { SETTINGS } from '../src/config.ts';
import { PROBLEMS } from '../src/contract/problems.ts';
import { EVENT_OF, LIFECYCLE, LIFECYCLE_EVENTS } from '../src/domain/lifecycle.ts';
import { SANDBOX_RECIPIENTS } from '../src/domain/sandbox-script.ts';
import { MESSAGE_STATUSES } from '../src/domain/words.ts';
import { describeApi } from '../src/http/routes/operations.ts';
import { routes } from '../src/http/routes.ts';
import { type ApiDocument, writeOperations, writeTypes } from './sdk/write-sdk.ts';

const ROOT = dirname(import.meta.dirname);
const BEGIN = '<!-- settings:begin -->';
const END = '<!-- settings:end -->';

export interface Generated {
  /** From the root of the repository. */
  path: string;
  text: string;
  isCurrent: boolean;
}

export function generate(): Generated[] {
  const openapi = JSON.stringify(describeApi(routes), null, 2);
  const document = JSON.parse(openapi) as ApiDocument;
  return [
    compare('openapi.json', () => `${openapi}\n`),
    compare('sdk/src/types.ts', () => writeTypes(document)),
    compare('sdk/src/operations.ts', () => writeOperations(document)),
    compare('docs/errors.md', errorsPage),
    compare('docs/lifecycle.md', lifecyclePage),
    compare('docs/sandbox.md', sandboxPage),
    compare('docs/twilio-errors.md', twilioErrorsPage),
    compare('README.md', (present) => betweenMarkers(present, settingsTable())),
  ];
}

function compare(path: string, write: (present: string) => string): Generated {
  const file = join(ROOT, path);
  const present = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const text = write(present);
  return { path, text, isCurrent: text === present };
}

function settingsTable(): string {
  const rows = Object.values(SETTINGS).map(({ env, default: standard, sentence }) =>
    row([`\`${env}\``, standard === '' ? '' : `\`${standard}\``, sentence]),
  );
  return [row(['Variable', 'Default', 'Meaning']), row(['---', '---', '---']), ...rows].join('\n');
}

/** The chart shows arrows between different states; the table shows everything. */
function lifecyclePage(): string {
  const arrows = MESSAGE_STATUSES.flatMap((from) => {
    const targets = new Map<string, string[]>();
    for (const event of LIFECYCLE_EVENTS) {
      const to = LIFECYCLE[from][event];
      if (to !== 'same' && to !== 'ignored') targets.set(to, [...(targets.get(to) ?? []), event]);
    }
    return [...targets].map(([to, events]) => `  ${from} --> ${to}: ${events.join(', ')}`);
  });
  const header = ['', ...LIFECYCLE_EVENTS.map((event) => `\`${event}\``)];
  const rows = MESSAGE_STATUSES.map((status) =>
    row([
      `\`${status}\``,
      ...LIFECYCLE_EVENTS.map((event) => {
        const to = LIFECYCLE[status][event];
        return to === 'ignored' ? '·' : to === 'same' ? 'stays' : to;
      }),
    ]),
  );
  const told = LIFECYCLE_EVENTS.map((event) => row([`\`${event}\``, `\`${EVENT_OF[event]}\``]));
  return `# Lifecycle of a message

<!-- Generated from src/domain/lifecycle.ts by \`npm run generate\`. -->

\`\`\`mermaid
stateDiagram-v2
  [*] --> pending: accepted
  [*] --> scheduled: accepted for later
  [*] --> queued: accepted, its window is closed
  [*] --> failed: the contact opted out
  [*] --> fallback: forceFallback
${arrows.join('\n')}
\`\`\`

Every state × every event. · = ignored: the event comes too early or too late, and nothing is written.

${[row(header), row(header.map(() => '---')), ...rows].join('\n')}

Each transition leaves exactly one row in \`events\`, in the commit that makes it:

${[row(['Event', 'Row']), row(['---', '---']), ...told].join('\n')}
`;
}

function sandboxPage(): string {
  const names = { phone: 'phone', mailbox: 'mailbox', apple_id: 'Apple ID' } as const;
  const rows = SANDBOX_RECIPIENTS.map(({ kind, recipient, sentence }) =>
    row([names[kind], `\`${recipient}${kind === 'phone' ? '' : '@…'}\``, sentence]),
  );
  return `# Simulated phones and mailboxes

<!-- Generated from src/domain/sandbox-script.ts by \`npm run generate\`. -->

On a line with transport \`sandbox\` the recipient decides what happens. Everything a simulated phone received can be read
with \`GET /api/sandbox/phones/{address}\`. A phone keeps every copy, also of a message that is sent to it twice, so that tests
can count them.

${[row(['Kind', 'Recipient', 'What happens']), row(['---', '---', '---']), ...rows].join('\n')}

A phone is reached by iMessage and SMS, a mailbox by email at any domain, an Apple ID by iMessage to an email address.

\`transportConfig\` of a sandbox line: \`checksAvailability\` (false: the line cannot check who is on iMessage; the send itself
tells), \`down\` (true: the device is off), \`latencyMs\` (0–5000: how long every answer takes, in milliseconds).
`;
}

function twilioErrorsPage(): string {
  const rows = TWILIO_ERRORS.map(({ codes, action, meaning }) =>
    row([codes.join(', '), meaning, TWILIO_ACTIONS[action]]),
  );
  return `# Twilio's errors

<!-- Generated from src/channels/twilio-errors.ts by \`npm run generate\`. -->

What is done about a code, whether Twilio answers with it at once or a message ends with it later. HTTP 429 was never
processed, and a 5xx proves nothing, whatever code comes with them. A code that is not listed ends the message, or, with
401, 403 and 404, is a fault of the line.

${[row(['Codes', 'Meaning', 'What is done']), row(['---', '---', '---']), ...rows].join('\n')}

What ends a message later is final: Twilio has tried for as long as it was told to, and nothing is sent again by itself.
`;
}

function errorsPage(): string {
  const rows = Object.entries(PROBLEMS).map(([code, { status, error, docs }]) =>
    row([`\`${code}\``, String(status), error, docs]),
  );
  return `# Errors

<!-- Generated from src/contract/problems.ts by \`npm run generate\`. -->

Every refusal is \`{"error", "code", "reason"?, "param"?, "requestId"}\`. Branch on \`code\`: it never changes. \`error\` is for
people and may be more exact than below; \`param\` names the field at fault. With \`Retry-After\`, ask again after that many
seconds.

${[row(['Code', 'Status', 'Error', 'When, and what helps']), row(['---', '---', '---', '---']), ...rows].join('\n')}
`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** What stands between the markers is replaced; a page without them is told apart from a current one by the caller. */
function betweenMarkers(page: string, table: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) return `${page.trimEnd()}\n\n${BEGIN}\n${table}\n${END}\n`.trimStart();
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`;
}

function main(isCheck: boolean): void {
  const stale = generate().filter(({ isCurrent }) => !isCurrent);
  for (const { path, text } of stale) {
    if (!isCheck) {
      mkdirSync(dirname(join(ROOT, path)), { recursive: true });
      writeFileSync(join(ROOT, path), text);
    }
    console.log(isCheck ? `${path} is behind the code: run npm run generate` : `wrote ${path}`);
  }
  if (isCheck && stale.length > 0) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) main(process.argv.includes('--check'));
