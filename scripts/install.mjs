/**
 * `npm ci`, but only when what is installed is not what package-lock.json asks for, and never twice at once. Plain
 * JavaScript for old Nodes, like run.mjs, whose first step this is.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const POLL_MS = 200;
/** A lock without a number in it was made this moment, or by a process that was killed just then. */
const EMPTY_LOCK_MS = 5000;
/** After this a lock counts as left behind, although some process has its number. */
const LONGEST_INSTALL_MS = 15 * 60_000;

/** `refuse` ends the process with a sentence. */
export async function installWhenStale(root, refuse) {
  if (isFresh(root)) return;
  const unlock = await lock(root);
  try {
    // Whoever had the lock before may have done it.
    if (!isFresh(root)) await install(root, refuse);
  } finally {
    unlock();
  }
}

function isFresh(root) {
  const stamp = stampOf(root);
  if (stamp === read(stampFile(root))) return true;
  if (!matchesLock(root)) return false;
  // Installed by hand, or the lock file changed and npm was run since: as good, and quicker to see next time.
  writeStamp(root, stamp);
  return true;
}

/** Changes with what should be installed, and with the system it is installed for. */
function stampOf(root) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  for (const file of ['package-lock.json', 'package.json']) hash.update(read(path.join(root, file)) ?? '');
  return hash.digest('hex');
}

function stampFile(root) {
  return path.join(root, 'node_modules', '.trunkline-installed');
}

function writeStamp(root, stamp) {
  try {
    writeFileSync(stampFile(root), stamp);
  } catch {
    // A folder that can't be written to is only looked at again next time.
  }
}

/** npm notes what it has installed as its last act. Optional packages are for other systems or were declined. */
function matchesLock(root) {
  const wanted = packagesIn(path.join(root, 'package-lock.json'));
  const installed = packagesIn(path.join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null || installed === null) return false;
  const production = process.env.NODE_ENV === 'production';
  return Object.entries(wanted).every(([place, entry]) => {
    // What lies in this repository is there; npm only links to it.
    if (!place.includes('node_modules/')) return true;
    if (entry.link === true) return existsSync(path.join(root, place, 'package.json'));
    const found = installed[place];
    if (found !== undefined) return found.version === entry.version && found.integrity === entry.integrity;
    return entry.optional === true || (production && (entry.dev === true || entry.devOptional === true));
  });
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

async function install(root, refuse) {
  process.stderr.write('Installing what Trunkline needs (npm ci) …\n');
  const code = await npmCi(root);
  if (code === 0) return writeStamp(root, stampOf(root));
  refuse(
    code === null
      ? 'npm was not found. Install Node with npm, then start again.'
      : 'The installation failed; see the output of npm above. Start again when that is solved.',
  );
}

/** npm's words go to standard error: standard output belongs to the command that follows. */
function npmCi(root) {
  const windows = process.platform === 'win32';
  const ownBin = path.join(root, 'node_modules', '.bin');
  // Without our own .bin: its Node is about to be replaced.
  const PATH = (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((dir) => path.resolve(dir) !== ownBin)
    .join(path.delimiter);
  const npm = spawn(windows ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env: { ...process.env, PATH },
    stdio: ['ignore', 2, 2],
    shell: windows,
  });
  const pass = (signal) => npm.kill(signal);
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'];
  for (const signal of signals) process.once(signal, pass);
  return new Promise((resolve) => {
    const end = (code) => {
      for (const signal of signals) process.off(signal, pass);
      resolve(code);
    };
    npm.once('error', () => end(null));
    npm.once('exit', (code) => end(code ?? 1));
  });
}

/**
 * A file with our process id, outside of node_modules, which npm empties, and outside of the checkout, which stays clean.
 * The lock of a process that is gone is taken over.
 */
async function lock(root) {
  const name = createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 16);
  const file = path.join(tmpdir(), `trunkline-install-${name}.lock`);
  for (let told = false; ; ) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      // No place for locks: npm alone is better than nothing.
      if (error.code !== 'EEXIST') return () => {};
    }
    const holder = read(file);
    if (isAbandoned(file, holder)) {
      takeAway(file, holder);
      continue;
    }
    if (!told) process.stderr.write(`Waiting for another start (process ${holder}) to install …\n`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function isAbandoned(file, holder) {
  // Gone meanwhile: the next try will show.
  if (holder === null) return false;
  const ageMs = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (holder === '') return ageMs > EMPTY_LOCK_MS;
  try {
    process.kill(Number(holder), 0);
    return ageMs > LONGEST_INSTALL_MS;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Of several who see it abandoned one renames it; a fresh lock caught by mistake is put back. */
function takeAway(file, holder) {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== holder) writeFileSync(file, read(aside) ?? '', { flag: 'wx' });
    rmSync(aside, { force: true });
  } catch {
    // Somebody else was faster.
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
