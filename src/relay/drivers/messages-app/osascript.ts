/**
 * Runs a constant AppleScript: the script on standard input, the values as arguments of the process. No shell, and no text
 * put together. What came of it is a value; whether a message left is never concluded from silence.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Clock } from '../../../lib/clock.ts';

export type ScriptResult =
  | { result: 'done'; output: string }
  /** It ended with an error of AppleScript or of Messages. */
  | { result: 'failed'; code: number; message: string }
  /** The program can't be run at all: nothing happened. */
  | { result: 'not_run'; message: string }
  /** It was stopped before it ended, by us or by somebody else: what it asked for may have happened, or may yet. */
  | { result: 'interrupted'; message: string };

export interface ScriptRun {
  script: string;
  args: readonly string[];
  timeoutMs: number;
  signal?: AbortSignal;
}

export type RunScript = (run: ScriptRun) => Promise<ScriptResult>;

const MOST_OUTPUT = 64 * 1024;

/** `program` is looked for on the PATH unless it is a path itself. */
export function osascript(clock: Clock, program = 'osascript'): RunScript {
  return ({ script, args, timeoutMs, signal }) =>
    new Promise((resolve) => {
      const over = new AbortController();
      const end = (result: ScriptResult) => {
        over.abort();
        signal?.removeEventListener('abort', abort);
        resolve(result);
      };
      const child = start(program, args);
      if (child instanceof Error) return end(notRun(child));
      /** Ends it and answers at once: it may not die while it waits for Messages. */
      const interrupt = (message: string) => {
        child.kill('SIGKILL');
        end({ result: 'interrupted', message });
      };
      const abort = () => interrupt('The time for this send was over.');
      const output = collect(child.stdout);
      const errors = collect(child.stderr);
      child.on('error', (error) => {
        if (child.pid === undefined) end(notRun(error));
      });
      child.on('close', (status, killer) => {
        if (status === 0) return end({ result: 'done', output: output().replace(/\n$/, '') });
        if (killer !== null)
          return end({ result: 'interrupted', message: `osascript was ended by ${killer}.` });
        end(readFailure(errors(), status));
      });
      // It may be gone before it has read the script.
      child.stdin.on('error', () => {});
      child.stdin.end(script);
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      void clock.sleep(timeoutMs, over.signal).then(() => {
        if (!over.signal.aborted)
          interrupt(`Messages did not answer within ${Math.round(timeoutMs / 1000)} s.`);
      });
    });
}

/** Some reasons why a program can't be started are thrown, others told later by an event. */
function start(program: string, args: readonly string[]): ChildProcessWithoutNullStreams | Error {
  try {
    return spawn(program, ['-', ...args], { stdio: 'pipe' });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function notRun(error: Error): ScriptResult {
  return { result: 'not_run', message: `osascript can't be run: ${error.message}` };
}

/** `159:210: execution error: Messages got an error: Can’t get chat id "…". (-1728)` */
function readFailure(errors: string, status: number | null): ScriptResult {
  const error = /(?:execution|syntax) error: ([\s\S]*?) \((-?\d+)\)\s*$/.exec(errors);
  if (error !== null) return { result: 'failed', code: Number(error[2]), message: error[1] ?? '' };
  const words = errors.trim().replaceAll(/\s+/g, ' ').slice(0, 500);
  return {
    result: 'failed',
    code: 0,
    message: words === '' ? `osascript ended with status ${status}` : words,
  };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MOST_OUTPUT) chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
