/**
 * Builds the dashboard into dashboard/dist, when what is there was made of something else. Each file is kept compressed
 * beside itself, so that no request pays for it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const ROOT = path.resolve(import.meta.dirname, '..');
const DASHBOARD = path.join(ROOT, 'dashboard');
const DIST = path.join(DASHBOARD, 'dist');
const STAMP = 'built-from';
const INPUTS = [
  'dashboard/src',
  'dashboard/public',
  'dashboard/index.html',
  'dashboard/vite.config.ts',
  'sdk/src',
];
/** Below that a compressed file saves no packet. */
const WORTH_COMPRESSING_BYTES = 1024;

/** True when it built. Several at once do the work twice, and none sees the half of it. */
export async function buildDashboardWhenStale(): Promise<boolean> {
  const stamp = stampOfInputs();
  if (readStamp() === stamp) return false;
  const { build } = await import('vite');
  const fresh = path.join(DASHBOARD, `dist.${randomUUID()}`);
  const { NODE_ENV } = process.env;
  // Within tests it is `test`, and what is built would be the library's own debugging version.
  process.env.NODE_ENV = 'production';
  try {
    await build({
      configFile: path.join(DASHBOARD, 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: fresh },
    });
    for (const file of filesIn(fresh)) compress(file);
    writeFileSync(path.join(fresh, STAMP), stamp);
    replace(fresh);
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
    rmSync(fresh, { recursive: true, force: true });
  }
  return true;
}

/** Changes with every byte it is made of. The versions of packages stand in package-lock.json. */
function stampOfInputs(): string {
  const hash = createHash('sha256').update(readFileSync(path.join(ROOT, 'package-lock.json')));
  for (const input of INPUTS) {
    for (const file of filesIn(path.join(ROOT, input))) {
      if (file.includes('.test.')) continue;
      hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

function filesIn(entry: string): string[] {
  if (statSync(entry).isFile()) return [entry];
  return readdirSync(entry, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => path.join(each.parentPath, each.name))
    .sort();
}

function readStamp(): string | null {
  try {
    return readFileSync(path.join(DIST, STAMP), 'utf8');
  } catch {
    return null;
  }
}

function compress(file: string): void {
  const bytes = readFileSync(file);
  if (bytes.length < WORTH_COMPRESSING_BYTES || path.basename(file) === 'index.html') return;
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
}

/** A folder can't be renamed over another that has files in it. Whoever comes second finds the first one's, which is the same. */
function replace(fresh: string): void {
  const old = `${DIST}.${randomUUID()}`;
  try {
    renameSync(DIST, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    renameSync(fresh, DIST);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

// `npm run build:dashboard`
if (process.argv[1] === import.meta.filename) await buildDashboardWhenStale();
