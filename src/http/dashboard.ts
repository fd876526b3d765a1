/**
 * The dashboard: files that were built before, and one page for every path that the browser's router knows. It is no part
 * of the API, which it uses like any other client.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Encoding, pickEncoding } from './accept-encoding.ts';

/** The first part of every page's path, as dashboard/src/pages/ declares them. Everything else that is unknown is 404. */
export const PAGES: readonly string[] = [
  '',
  'messages',
  'inbox',
  'leads',
  'lines',
  'campaigns',
  'settings',
  'start',
  'sign-in',
  'setup',
  'join',
];

const BUILT = path.resolve(import.meta.dirname, '../../dashboard/dist');
const NONCE = '__NONCE__';
const YEAR = 'public, max-age=31536000, immutable';
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const ENDINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const satisfies readonly (readonly [Encoding, string])[];
const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Trunkline</title>
<h1>The dashboard is not built</h1>
<p>Run <code>npm start</code> once without <code>NODE_ENV=production</code>, or <code>npm run build:dashboard</code>.
The API works without it: see <a href="/docs">its reference</a>.</p>
`;

interface BuiltFile {
  bytes: Buffer;
  compressed: ReadonlyMap<Encoding, Buffer>;
  type: string;
}

/** Answers a GET that no route of the API answers; null: nothing of the dashboard is there either. */
export type Dashboard = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | null;

/** Everything is read once, and held: about a megabyte. */
export function openDashboard(): Dashboard {
  const { page, files } = readBuilt();
  return (request, reply) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return null;
    const [path = ''] = (request.raw.url ?? '').split('?');
    const name = path.slice(1);
    const file = files.get(name);
    if (file !== undefined) return sendFile(name, file, request, reply.code(200));
    const [first = ''] = name.split('/', 1);
    const isPage = path === '/' || (first !== '' && PAGES.includes(first));
    return isPage ? showPage(page, reply.code(200)) : null;
  };
}

function readBuilt(): { page: string; files: Map<string, BuiltFile> } {
  const names = listFiles();
  const files = new Map<string, BuiltFile>();
  const read = (name: string) => (names.has(name) ? readFileSync(path.join(BUILT, name)) : null);
  const compressed = (name: string) =>
    new Map(
      ENDINGS.flatMap(([encoding, ending]) => {
        const found = read(name + ending);
        return found === null ? [] : [[encoding, found] as const];
      }),
    );
  for (const name of names) {
    const type = TYPES[path.extname(name)];
    if (type === undefined) continue;
    const bytes = readFileSync(path.join(BUILT, name));
    files.set(name, { bytes, compressed: compressed(name), type });
  }
  return { page: read('index.html')?.toString('utf8') ?? NOT_BUILT, files };
}

function listFiles(): ReadonlySet<string> {
  try {
    const entries = readdirSync(BUILT, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    return new Set(
      entries.map(({ parentPath, name }) =>
        path.relative(BUILT, path.join(parentPath, name)).replaceAll('\\', '/'),
      ),
    );
  } catch {
    // Not built: the page says so.
    return new Set();
  }
}

/** Everything comes from this server alone. Style elements are only those of the page's own parts, which know the nonce. */
function showPage(page: string, reply: FastifyReply): FastifyReply {
  const nonce = randomBytes(18).toString('base64');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
    })
    .send(page.replace(NONCE, nonce));
}

function sendFile(name: string, file: BuiltFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const encoding = pickEncoding(request.headers['accept-encoding'], new Set(file.compressed.keys()));
  reply.headers({
    'content-type': file.type,
    // Names under assets/ change with their content.
    'cache-control': name.startsWith('assets/') ? YEAR : 'no-cache',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
  });
  if (encoding === null) return reply.send(file.bytes);
  return reply.header('content-encoding', encoding).send(file.compressed.get(encoding));
}
