/** What became of every test file, written by vitest for scripts/test.ts to read; also the errors that no test caught. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

export interface Report {
  root: string;
  config: string | undefined;
  files: FileResult[];
  /** Errors that belong to no file. */
  astray: string[];
}

export interface FileResult {
  /** From the root. */
  file: string;
  passed: number;
  skipped: number;
  failures: Failure[];
}

export interface Failure {
  /** Of the test; null when the file failed outside of its tests. */
  title: string | null;
  /** Its first line. */
  error: string;
}

/** Where the report goes. */
export const REPORT_VARIABLE = 'TRUNKLINE_TEST_REPORT';

export default class TestReporter implements Reporter {
  private vitest: Vitest | null = null;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const { config, vite } = this.vitest ?? {};
    const root = config?.root ?? process.cwd();
    const files = modules.map((module) => resultOf(module, root));
    const astray: string[] = [];
    for (const error of unhandled) {
      const { VITEST_TEST_PATH: test } = error;
      const file = typeof test === 'string' ? path.relative(root, test) : null;
      const owner = files.find((each) => each.file === file);
      if (owner === undefined) astray.push(sentence(error));
      else owner.failures.push({ title: null, error: sentence(error) });
    }
    const report: Report = { root, config: vite?.config.configFile, files, astray };
    writeFileSync(process.env[REPORT_VARIABLE] ?? 'test-report.json', JSON.stringify(report));
  }
}

function resultOf(module: TestModule, root: string): FileResult {
  const tests = [...module.children.allTests()];
  const outside = [
    ...module.errors(),
    ...[...module.children.allSuites()].flatMap((suite) => suite.errors()),
  ];
  const failed = tests.filter((test) => test.result().state === 'failed');
  return {
    file: path.relative(root, module.moduleId),
    passed: tests.filter((test) => test.result().state === 'passed').length,
    skipped: tests.filter((test) => ['skipped', 'pending'].includes(test.result().state)).length,
    failures: [
      ...failed.map((test) => ({
        title: test.fullName,
        error: sentence(test.result().errors?.[0], module.moduleId),
      })),
      ...outside.map((error) => ({ title: null, error: sentence(error, module.moduleId) })),
    ],
  };
}

/** The first line of what it says, and the line of its file where that was. */
function sentence(error: SerializedError | undefined, file?: string): string {
  const [first = ''] = stripVTControlCharacters(error?.message ?? 'no error given')
    .trim()
    .split('\n');
  const line = error?.stacks?.find((frame) => frame.file === file)?.line;
  const name = error?.name === undefined || error.name === 'Error' ? '' : `${error.name}: `;
  return `${name}${first}${line === undefined ? '' : ` (line ${line})`}`;
}
