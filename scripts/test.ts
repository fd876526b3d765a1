/**
 * `npm test`: types, style and lint, then every test. `npm test -- src/domain` hands its arguments to vitest and goes
 * straight to the tests. It ends with the names of what failed; the last line counts, alone and in one fixed form, for
 * whoever reads it by machine. `npm test -- --only-database` runs the files that use a database, on another server.
 *
 * In CI a file that failed is run once more, alone: what passes then is told as flaky, and does not fail the run.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Failure, type FileResult, REPORT_VARIABLE, type Report } from './test-reporter.ts';
import { checkSources, heading, runTool } from './tools.ts';

const ONLY_DATABASE = '--only-database';
/** What imports it, at first hand or not, uses a database. */
const DATABASE = 'test/database.ts';
/** More files than that do not fail by chance. */
const MOST_FLAKY = 3;

await main();

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.length === 0 && !(await checkSources(false))) {
    process.exitCode = 1;
    return;
  }
  heading('Tests');
  const { code, report } = await runTests(args);
  if (report === null) {
    process.stderr.write('The tests did not run to their end, so there is nothing to count.\n');
    process.exitCode = code || 1;
    return;
  }
  const flaky = process.env.CI === 'true' ? await trySecondTime(report) : [];
  process.exitCode = sumUp(report, flaky, code);
}

async function runTests(args: readonly string[]): Promise<{ code: number; report: Report | null }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'trunkline-report-'));
  const file = path.join(folder, 'report.json');
  process.env[REPORT_VARIABLE] = file;
  const reporter = path.join(import.meta.dirname, 'test-reporter.ts');
  const which = args.includes(ONLY_DATABASE) ? ['related', DATABASE, '--run'] : ['run'];
  const others = args.filter((arg) => arg !== ONLY_DATABASE);
  const reporters = ['--reporter=default', `--reporter=${reporter}`];
  const code = await runTool('vitest', [...which, ...reporters, ...others]);
  try {
    return { code, report: JSON.parse(readFileSync(file, 'utf8')) as Report };
  } catch {
    return { code, report: null };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The files that passed now, as they failed before; in the report their second result replaces the first. */
async function trySecondTime(report: Report): Promise<FileResult[]> {
  const failed = report.files.filter((file) => file.failures.length > 0);
  if (failed.length > MOST_FLAKY) {
    process.stdout.write(
      `\n${failed.length} files failed: too many for chance, so there is no second try.\n`,
    );
    return [];
  }
  const flaky: FileResult[] = [];
  for (const first of failed) {
    heading(`Second try, alone: ${first.file}`);
    const { code, report: again } = await runTests([
      `--root=${report.root}`,
      ...(report.config === undefined ? [] : [`--config=${report.config}`]),
      path.join(report.root, first.file),
    ]);
    const second = again?.files[0];
    if (second === undefined || code !== 0 || !hasPassed(first, second)) continue;
    report.files[report.files.indexOf(first)] = second;
    flaky.push(first);
  }
  return flaky;
}

/** A test that is skipped now proves nothing. */
function hasPassed(first: FileResult, second: FileResult): boolean {
  const failedTests = first.failures.filter(({ title }) => title !== null).length;
  return second.failures.length === 0 && second.passed >= Math.max(first.passed + failedTests, 1);
}

/** A file that breaks outside of its tests counts as a failure, and so does an error that belongs to no file. */
function sumUp({ files, astray }: Report, flaky: readonly FileResult[], code: number): number {
  const failures = [...namesOf(files), ...astray];
  // Vitest knows why, and has said it: that no test was found, for one.
  if (failures.length === 0 && flaky.length === 0 && code !== 0) failures.push(`vitest, exit code ${code}`);
  const chances = namesOf(flaky);

  heading('Summary');
  for (const name of failures) process.stdout.write(`failed: ${name}\n`);
  for (const name of chances) process.stdout.write(`flaky: ${name}\n`);
  if (chances.length > 0)
    process.stdout.write(`${chances.length} flaky: failed, then passed when their file ran alone\n`);
  const passed = files.reduce((sum, file) => sum + file.passed, 0);
  const skipped = files.reduce((sum, file) => sum + file.skipped, 0);
  process.stdout.write(
    `\n${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
  );
  return failures.length === 0 ? 0 : code || 1;
}

function namesOf(files: readonly FileResult[]): string[] {
  const nameOf = (file: string, { title, error }: Failure) =>
    `${title === null ? file : `${file} > ${title}`}: ${error}`;
  return files.flatMap(({ file, failures }) => failures.map((failure) => nameOf(file, failure)));
}
