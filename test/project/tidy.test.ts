/** The habits of the app, checked like any other behaviour. Each message names what to do instead. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROBLEMS } from '../../src/contract/problems.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const LONGEST_FILE = 380;
/** One table each: read by searching, and one thing however long. */
const TABLES = ['src/contract/problems.ts', 'sdk/src/types.ts', 'sdk/src/operations.ts'];

interface Source {
  /** From the root, with forward slashes. */
  path: string;
  text: string;
}

function sourcesIn(folder: string, ending = '.ts'): Source[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
    .map((file) => ({ path: file, text: readFileSync(path.join(ROOT, file), 'utf8') }));
}

/** Whether what `from` imports as `target` lies in that folder. */
function isWithin(folder: string, from: string, target: string): boolean {
  return target.startsWith('.') && path.join(path.dirname(from), target).startsWith(folder);
}

const product = sourcesIn('src').filter(({ path: file }) => !/\.test\.ts$|\/testing\.ts$/.test(file));
const everything = ['src', 'test', 'bench', 'scripts', 'sdk/src'].flatMap((folder) => sourcesIn(folder));
const migrations = sourcesIn('migrations', '.sql');
const dashboard = ['dashboard/src', 'dashboard/public'].flatMap((folder) =>
  ['.ts', '.tsx', '.js'].flatMap((ending) => sourcesIn(folder, ending)),
);
const sdk = sourcesIn('sdk/src');

/** Which folders of src/ a folder may import from; its own always. Files directly in src/ go by their name. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  lib: [],
  contract: ['domain', 'lib'],
  bluebubbles: ['domain', 'lib'],
  store: ['domain', 'lib'],
  channels: ['domain', 'lib', 'store', 'bluebubbles'],
  actions: ['domain', 'lib', 'contract', 'store', 'channels', 'deps.ts'],
  dispatcher: ['domain', 'lib', 'store', 'channels', 'actions', 'deps.ts'],
  simulate: ['domain', 'lib', 'store', 'channels', 'actions', 'dispatcher', 'deps.ts'],
  http: ['domain', 'lib', 'contract', 'actions', 'deps.ts'],
  'config.ts': [],
  'secret-key.ts': ['config.ts', 'lib'],
  'deps.ts': ['domain', 'lib', 'store', 'channels', 'actions', 'config.ts'],
  'compose.ts': [
    'domain',
    'lib',
    'store',
    'channels',
    'actions',
    'dispatcher',
    'simulate',
    'http',
    'deps.ts',
    'config.ts',
  ],
  relay: ['domain', 'lib', 'contract', 'bluebubbles'],
  commands: ['lib', 'store', 'actions', 'relay', 'compose.ts', 'config.ts', 'secret-key.ts'],
  'main.ts': ['commands', 'config.ts', 'lib', 'store'],
};

/** Packages that pure rules may lean on, each with its reason. */
const PURE_PACKAGES: Readonly<Record<string, string>> = {
  'temporal-polyfill': 'calendar arithmetic in zones; reads no clock when none is asked for',
};

function importsOf({ text }: Source): string[] {
  const statements =
    /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)|(?:^|\n)import\s+'([^']+)'/g;
  return [...text.matchAll(statements)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** `src/actions/x.ts` → `actions`, `src/config.ts` → `config.ts`. */
function roomOf(file: string): string {
  return file.split('/')[1] ?? '';
}

describe('allowed imports', () => {
  test('every import within src is one that ARCHITECTURE.md allows', () => {
    const wrong = product.flatMap((source) =>
      importsOf(source)
        .filter((target) => target.startsWith('.'))
        .map((target) => path.posix.join(path.posix.dirname(source.path), target))
        .filter((target) => target.startsWith('src/'))
        .filter((target) => {
          const from = roomOf(source.path);
          const to = roomOf(target);
          return from !== to && !(MAY_IMPORT[from] ?? []).includes(to);
        })
        .map(
          (target) =>
            `${source.path} imports ${target}: ${roomOf(source.path)} may know ${MAY_IMPORT[roomOf(source.path)]}`,
        ),
    );
    expect(wrong).toEqual([]);
  });

  test('and ARCHITECTURE.md shows the very table that is checked here', () => {
    const page = readFileSync(path.join(ROOT, 'ARCHITECTURE.md'), 'utf8');
    const section = page.slice(page.indexOf('### Allowed imports'), page.indexOf('## The main road'));
    const names = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string).sort();
    const rows = [...section.matchAll(/^\| (`[^|]+) \| ([^|]+) \|$/gm)];
    const shown = rows.flatMap(([, rooms, targets]) =>
      names(rooms).map((room) => [room, names(targets)] as const),
    );
    const checked = Object.entries(MAY_IMPORT).map(([room, targets]) => [room, [...targets].sort()] as const);
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(checked));
  });

  test('every folder and file of src has its place among them', () => {
    const rooms = new Set(product.map((source) => roomOf(source.path)));
    expect([...rooms].filter((room) => MAY_IMPORT[room] === undefined)).toEqual([]);
  });

  test('the rules import nothing but each other', () => {
    const foreign = product
      .filter((source) => source.path.startsWith('src/domain/'))
      .flatMap((source) =>
        importsOf(source)
          .filter((target) => !isWithin('src/domain', source.path, target))
          .filter((target) => PURE_PACKAGES[target] === undefined)
          .map((target) => `${source.path} imports ${target}`),
      );
    expect(foreign).toEqual([]);
  });

  test('the client that others install leans on nothing, and the product not on it', () => {
    const client = everything.filter((source) => source.path.startsWith('sdk/'));
    const wrong = [
      ...client.flatMap((source) =>
        importsOf(source)
          .filter((target) => !isWithin('sdk/src', source.path, target))
          .map((target) => `${source.path} imports ${target}`),
      ),
      ...product.filter((source) => importsOf(source).some((target) => /@trunkline|\/sdk\//.test(target))),
    ];
    expect(client.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });

  test('nothing of the product leans on tests, benchmarks or scripts', () => {
    const wrong = product.filter((source) =>
      importsOf(source).some((target) => /\.\.\/(test|bench|scripts)\//.test(target)),
    );
    expect(wrong.map((source) => source.path)).toEqual([]);
  });

  test('SQL lives in store/ alone', () => {
    const sql = /`\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s/;
    // chat.db is no table of ours: it is read where its driver is.
    const chatDb = 'src/relay/drivers/messages-app/chat-db.ts';
    const allowed = ['src/store/', 'src/commands/doctor.ts', 'src/actions/workspace/bootstrap.ts', chatDb];
    const wrong = product.filter(
      (source) => sql.test(source.text) && !allowed.some((place) => source.path.startsWith(place)),
    );
    expect(wrong.map((source) => source.path)).toEqual([]);
  });
});

/** Banned in src/, where the outermost files are excepted by name. */
const BANNED: readonly { pattern: RegExp; instead: string; except: readonly string[] }[] = [
  { pattern: /\bDate\.now\(/, instead: 'clock.now() of lib/clock.ts', except: ['src/lib/clock.ts'] },
  { pattern: /\bnew Date\(\)/, instead: 'clock.now() of lib/clock.ts', except: [] },
  { pattern: /\bMath\.random\(/, instead: 'a Random of lib/random.ts', except: [] },
  {
    pattern: /\b(setTimeout|setInterval)\(/,
    instead: 'clock.sleep() of lib/clock.ts',
    except: ['src/lib/clock.ts'],
  },
  { pattern: /\bconsole\./, instead: 'deps.log, or process.stdout in a command', except: [] },
  {
    pattern: /\bprocess\.env\b/,
    instead: 'a setting in config.ts',
    // Hands the environment on to the server it starts.
    except: ['src/commands/', 'src/store/embedded/postgres-binaries.ts'],
  },
  { pattern: /\bas any\b|: any\b/, instead: 'unknown, and a check', except: [] },
  {
    pattern: /@ts-(ignore|expect-error|nocheck)|biome-ignore/,
    instead: 'code that needs no excuse',
    except: [],
  },
  // The ledger of migrations is no table of a workspace: it is never sharded.
  { pattern: /\bnow\(\)/, instead: 'an instant as a parameter', except: ['src/store/migrate.ts'] },
];

describe('the dashboard and the SDK', () => {
  test('the SDK leans on nothing, the dashboard on the SDK and on packages', () => {
    const leavesFolder = (folder: string, { path: file }: Source, target: string) =>
      target.startsWith('.') && !path.posix.join(path.posix.dirname(file), target).startsWith(folder);
    const wrong = [
      ...sdk
        .filter(({ path: file }) => !file.includes('.test.'))
        .flatMap((source) =>
          importsOf(source)
            .filter((target) => !target.startsWith('.') || leavesFolder('sdk/', source, target))
            .map((target) => `${source.path} imports ${target}`),
        ),
      ...dashboard.flatMap((source) =>
        importsOf(source)
          .filter((target) => target.startsWith('node:') || leavesFolder('dashboard/', source, target))
          .map((target) => `${source.path} imports ${target}`),
      ),
    ];
    expect(wrong).toEqual([]);
  });

  test('the dashboard takes its colours from the theme, and writes no HTML of its own making', () => {
    const banned = [
      /dangerouslySetInnerHTML/,
      /\b(?:bg|text|border|ring|fill|stroke)-(?:white|gray|slate|zinc|red|green|blue|yellow|amber|indigo)\b/,
      /['"`\s[]#[0-9a-f]{6}\b/i,
      /\bas any\b|: any\b|\bconsole\./,
    ];
    const wrong = dashboard.flatMap((source) =>
      banned
        .filter((pattern) => pattern.test(withoutComments(source.text)))
        .map((pattern) => `${source.path}: ${pattern}`),
    );
    expect(wrong).toEqual([]);
  });

  test(`none of their files is longer than ${LONGEST_FILE} lines`, () => {
    // Generated from openapi.json.
    const generated = ['sdk/src/types.ts', 'sdk/src/operations.ts'];
    const long = [...dashboard, ...sdk]
      .filter((source) => !generated.includes(source.path))
      .map((source) => ({ file: source.path, lines: source.text.split('\n').length }))
      .filter(({ lines }) => lines > LONGEST_FILE);
    expect(long).toEqual([]);
  });
});

describe('habits', () => {
  test('product code takes time, chance, settings and output from where they can be replaced', () => {
    const wrong = product.flatMap((source) =>
      BANNED.filter(({ except }) => !except.some((place) => source.path.startsWith(place)))
        .filter(({ pattern, instead }) =>
          instead === 'an instant as a parameter'
            ? source.path.startsWith('src/store/') && /\bnow\(\)/.test(sqlOf(source.text))
            : pattern.test(withoutComments(source.text)),
        )
        .map(({ pattern, instead }) => `${source.path}: ${pattern} — use ${instead}`),
    );
    expect(wrong).toEqual([]);
  });

  test('every decision and every section that a comment cites stands in docs/decisions.md', () => {
    const page = readFileSync(path.join(ROOT, 'docs', 'decisions.md'), 'utf8');
    const decided = new Set([...page.matchAll(/^- \*\*(D\d+) — /gm)].map((match) => match[1]));
    const sections = new Set([...page.matchAll(/^\| contract ([\d.]+) \|/gm)].map((match) => match[1]));
    const wrong = [...everything, ...migrations].flatMap(({ path: file, text }) =>
      [
        ...[...text.matchAll(/\bD\d+\b/g)].map(([name]) => name).filter((name) => !decided.has(name)),
        ...citedSections(text).filter((section) => !sections.has(section)),
      ].map((missing) => `${file} cites ${missing}`),
    );
    expect(wrong).toEqual([]);
  });

  test('every refusal of the catalogue is thrown somewhere', () => {
    const lists = ['src/contract/problems.ts', 'src/contract/operation.ts'];
    const throwing = product
      .filter((source) => !lists.includes(source.path))
      // What a route declares is a promise; what counts is who keeps it.
      .map(({ text }) => text.replaceAll(/problems: \[[^\]]*\]/g, ''))
      .join('\n');
    expect(Object.keys(PROBLEMS).filter((code) => !throwing.includes(`'${code}'`))).toEqual([]);
  });

  test('files are named in kebab-case', () => {
    const name = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.ts$/;
    expect(
      everything.map((source) => path.posix.basename(source.path)).filter((file) => !name.test(file)),
    ).toEqual([]);
  });

  test(`no file is longer than ${LONGEST_FILE} lines`, () => {
    const long = everything
      .map((source) => ({ file: source.path, lines: source.text.split('\n').length }))
      .filter(
        ({ file, lines }) => lines > LONGEST_FILE && !file.includes('.test.') && !TABLES.includes(file),
      );
    expect(long).toEqual([]);
  });

  test('nothing is left to do in a comment, and no test is skipped or run alone', () => {
    const marks = /\b(TODO|FIXME|XXX|HACK)\b|\b(it|test|describe)\.(only|skip|todo)\b/;
    // The conformance suite skips what a channel says it cannot be asked, each time with its reason in the title.
    const allowed = ['test/project/tidy.test.ts', 'test/conformance/channel-conformance.ts'];
    const wrong = everything.filter((source) => !allowed.includes(source.path) && marks.test(source.text));
    expect(wrong.map((source) => source.path)).toEqual([]);
  });

  test('the suite is at least as long as the source', () => {
    const count = (sources: readonly Source[]) =>
      sources.reduce((sum, { text }) => sum + text.split('\n').length, 0);
    const isTest = ({ path: file }: Source) =>
      file.startsWith('test/') || /\.test\.ts$|\/testing\.ts$/.test(file);
    const tests = everything.filter(isTest);
    expect(count(tests)).toBeGreaterThanOrEqual(count(product));
  });
});

/** Of `contract 2.3, 4.1` and `contract §6` the numbers. */
function citedSections(text: string): string[] {
  return [...text.matchAll(/contract (§?\d+(?:\.\d+)?(?:, \d+\.\d+)*)/g)].flatMap(([, list = '']) =>
    list.replaceAll('§', '').split(', '),
  );
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

/** The template strings of a file: where its statements stand. */
function sqlOf(text: string): string {
  return [...withoutComments(text).matchAll(/`[^`]*`/g)].map((match) => match[0]).join('\n');
}
