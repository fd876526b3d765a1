/**
 * `npm run conformance`: the port's suite (test/conformance/) over every channel, told as one table: what the engine relies
 * on by row, carrier by column.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { heading, runTool } from './tools.ts';

/** The part of vitest's report that is read here. */
interface Report {
  testResults: { assertionResults: Result[] }[];
}
interface Result {
  ancestorTitles: string[];
  title: string;
  status: string;
}

const CHANNEL = 'the channel ';
const MARKS: Readonly<Record<string, string>> = { passed: '✓', failed: '✗' };
/** A case that a carrier can't have: the reason is the title of the skipped test. */
const REASON = / \(does not apply: (.*)\)$/;

const folder = mkdtempSync(path.join(tmpdir(), 'trunkline-conformance-'));
const file = path.join(folder, 'report.json');
heading('Conformance');
const code = await runTool('vitest', [
  'run',
  'test/conformance',
  '--reporter=json',
  `--outputFile.json=${file}`,
  ...process.argv.slice(2),
]);
const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
rmSync(folder, { recursive: true, force: true });
const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
process.stdout.write(`\n${tableOf(results)}\n`);
process.exitCode = code;

/** One row per case, one column per channel; below it, why a case does not apply somewhere. */
function tableOf(all: readonly Result[]): string {
  const results = all.filter(({ ancestorTitles }) =>
    ancestorTitles.some((title) => title.startsWith(CHANNEL)),
  );
  const channelOf = ({ ancestorTitles }: Result) =>
    ancestorTitles.find((title) => title.startsWith(CHANNEL))?.slice(CHANNEL.length) ?? '';
  const channels = [...new Set(results.map(channelOf))];
  const cases = [...new Set(results.map(({ title }) => title.replace(REASON, '')))];
  const notes: string[] = [];
  const cell = (name: string, channel: string): string => {
    const own = results.filter(
      (each) => channelOf(each) === channel && each.title.replace(REASON, '') === name,
    );
    // A channel may be tried in several ways: one that fails is what counts.
    const result = own.find(({ status }) => status === 'failed') ?? own[0];
    if (result === undefined) return '';
    const reason = REASON.exec(result.title)?.[1];
    if (reason === undefined) return MARKS[result.status] ?? '?';
    const note = `${channel}: ${reason}`;
    if (!notes.includes(note)) notes.push(note);
    return `– ${notes.indexOf(note) + 1}`;
  };
  const rows = cases.map(
    (name) => `| ${name} | ${channels.map((channel) => cell(name, channel)).join(' | ')} |`,
  );
  return [
    `| Case | ${channels.join(' | ')} |`,
    `|---|${channels.map(() => '---|').join('')}`,
    ...rows,
    '',
    ...notes.map((note, index) => `${index + 1} does not apply: ${note}`),
  ].join('\n');
}
