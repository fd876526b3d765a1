/**
 * The door of every npm script: `node scripts/run.mjs <script.ts> …`. Plain JavaScript that old Nodes can read, because
 * it is what finds a Node that runs TypeScript: the one npm installed for us, or the system's when it is new enough.
 * A fresh clone needs nothing before `npm start`: what is missing is installed here.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installWhenStale } from './install.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** The first that runs TypeScript by itself and says nothing about it. */
const OLDEST_NODE = [22, 18];

await main();

async function main() {
  const [script, ...args] = process.argv.slice(2);
  if (script === undefined) return refuse('Usage: node scripts/run.mjs <script.ts> [arguments]');
  await installWhenStale(ROOT, refuse);
  const own = path.join(
    ROOT,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  const runtimes = isNewEnough() ? [own, process.execPath] : [own];
  for (const runtime of runtimes) await run(runtime, path.resolve(ROOT, script), args);
  refuse(
    `Trunkline needs Node ${OLDEST_NODE.join('.')} or newer and this is ${process.version}. Install a newer Node, or let ` +
      'npm bring one: its package "node" is a development dependency that arrives by an install script (not with NODE_ENV=production).',
  );
}

function isNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/** Ends this process as the child ended; returns only when that runtime can't be started, so that the next is tried. */
function run(runtime, script, args) {
  const bin = path.join(ROOT, 'node_modules', '.bin');
  const child = spawn(runtime, [script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, PATH: [bin, process.env.PATH].filter(Boolean).join(path.delimiter) },
  });
  const stopForwarding = forwardSignals(child);
  endWithShell(child);
  return new Promise((resolve) => {
    // Absent, or built for another system's C library.
    child.on('error', () => {
      if (child.pid !== undefined) return;
      stopForwarding();
      resolve();
    });
    child.once('exit', (code, signal) => {
      if (signal === null) process.exit(code);
      // Whoever waits for us must see the same signal; with our handlers gone it ends us.
      stopForwarding();
      process.kill(process.pid, signal);
      // Some are ignored by default, and Windows has none.
      setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
    });
  });
}

/**
 * The child decides how to end; this process only waits for it. A signal sent to us alone is passed on. A Ctrl-C is not:
 * the terminal has already sent it to the child, and a second one means "at once" to many programs. npm repeats to us
 * what it got itself, so the same signal again within a moment is one signal.
 */
function forwardSignals(child) {
  const lastSeen = new Map();
  const forward = (signal) => {
    const now = performance.now();
    const repeated = now - (lastSeen.get(signal) ?? Number.NEGATIVE_INFINITY) < 500;
    lastSeen.set(signal, now);
    if (repeated || (signal === 'SIGINT' && isInForeground())) return;
    child.kill(signal);
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}

/**
 * A SIGTERM to npm ends npm and the shell it put between itself and us, and reaches nobody else; the server would go on
 * without anyone to stop it. So the end of that shell counts as the signal.
 */
function endWithShell(child) {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, 250);
  timer.unref();
}

/** Whether a key pressed in our terminal reaches our process group. */
function isInForeground() {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // After the name: state, parent, group, session, terminal, the terminal's foreground group.
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foreground;
  } catch {
    return process.stdin.isTTY === true || process.stdout.isTTY === true;
  }
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
