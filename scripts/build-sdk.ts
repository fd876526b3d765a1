/**
 * `npm run build:sdk`: the client as others install it, in sdk/dist: JavaScript with its types, and a manifest that names them.
 * Inside this repository its TypeScript is used as it is; Node strips no types below node_modules.
 */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTool } from './tools.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const SDK = path.join(ROOT, 'sdk');
/** The first with everything that the client asks of it. */
const OLDEST_NODE = '>=20.3';

/** Into `folder`, which holds nothing else afterwards. Throws when the compiler finds fault. */
export async function buildSdk(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const code = await runTool('tsc', ['-p', path.join(SDK, 'tsconfig.build.json'), '--outDir', folder]);
  if (code !== 0) throw new Error(`The client was not built: tsc ended with ${code}.`);
  const {
    private: _,
    exports,
    ...manifest
  } = JSON.parse(readFileSync(path.join(SDK, 'package.json'), 'utf8')) as {
    private: boolean;
    exports: Record<string, string>;
  };
  const built = Object.entries(exports).map(([name, source]) => [name, entryOf(source)] as const);
  writeFileSync(
    path.join(folder, 'package.json'),
    `${JSON.stringify({ ...manifest, engines: { node: OLDEST_NODE }, exports: Object.fromEntries(built) }, null, 2)}\n`,
  );
  copyFileSync(path.join(SDK, 'README.md'), path.join(folder, 'README.md'));
  copyFileSync(path.join(ROOT, 'LICENSE'), path.join(folder, 'LICENSE'));
}

/** `./src/index.ts` → what stands for it once built. */
function entryOf(source: string): { types: string; default: string } {
  const base = source.replace('./src/', './').replace(/\.ts$/, '');
  return { types: `${base}.d.ts`, default: `${base}.js` };
}

if (process.argv[1] === import.meta.filename) await buildSdk(path.join(SDK, 'dist'));
