/**
 * `npm test`: types, style and lint, then every test. `npm test -- src/domain` hands its arguments to vitest and goes
 * straight to the tests. The last line counts them, alone and in one fixed form, for whoever reads it by machine.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkSources, heading, runTool } from './tools.ts';

/** The part of vitest's report that is read here. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

const args = process.argv.slice(2);
if (args.length === 0 && !(await checkSources(false))) process.exit(1);

heading('Tests');
const folder = mkdtempSync(path.join(tmpdir(), 'trunkline-report-'));
const file = path.join(folder, 'report.json');
const code = await runTool('vitest', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${file}`,
  ...args,
]);
const report = readReport(file);
rmSync(folder, { recursive: true, force: true });
if (report === null) {
  process.stderr.write('The tests did not run to their end, so there is nothing to count.\n');
  process.exitCode = code === 0 ? 1 : code;
} else {
  const { line, failed } = count(report, code);
  process.stdout.write(`\n${line}\n`);
  process.exitCode = failed === 0 ? code : code || 1;
}

function readReport(path: string): Report | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    return null;
  }
}

/** A file that breaks outside of its tests counts as one failure, and so does an error that belongs to no file. */
function count(report: Report, code: number): { line: string; failed: number } {
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  const failed = report.numFailedTests + brokenFiles || (code === 0 ? 0 : 1);
  const skipped = report.numPendingTests + report.numTodoTests;
  const line = `${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return { line, failed };
}
