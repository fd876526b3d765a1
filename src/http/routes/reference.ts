/** The reference of the API for browsers: Swagger UI out of our own package, over our own openapi.json. Nothing is asked of anybody else. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { problem } from '../../contract/problems.ts';
import type { Answer, Call, Route } from '../route.ts';

const tag = 'Operations';

export const referenceRoutes: readonly Route[] = [
  {
    operationId: 'showReference',
    method: 'GET',
    path: '/docs',
    tag,
    scope: null,
    summary: 'The reference, to be read in a browser',
    answers: { 200: { description: 'A page.', contentType: 'text/html', example: '<!doctype html>…' } },
    problems: [],
    handle: async () => ({ status: 200, body: PAGE, headers: { ...HEADERS, 'content-type': TYPES.html } }),
  },
  {
    operationId: 'getReferenceFile',
    method: 'GET',
    path: '/docs/{file}',
    tag,
    scope: null,
    summary: 'What that page is made of',
    pathParams: z.object({ file: z.string() }),
    answers: {
      200: { description: 'A script or a style sheet.', contentType: '*/*', example: 'body { margin: 0 }' },
    },
    problems: ['NOT_FOUND'],
    handle: readReferenceFile,
  },
];

const TYPES = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
} as const;

/** Everything from here alone: scripts and requests from this very server, pictures out of the style sheet itself. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Trunkline API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** Calls tried out go to the server that shows the page, which is all that its policy allows. No validator is asked. */
const START = `fetch('/openapi.json')
  .then((answer) => answer.json())
  .then((spec) => {
    SwaggerUIBundle({
      spec: { ...spec, servers: [{ url: location.origin }] },
      dom_id: '#reference',
      deepLinking: true,
      docExpansion: 'list',
      defaultModelsExpandDepth: 0,
      filter: true,
      validatorUrl: null,
      queryConfigEnabled: false,
      persistAuthorization: false,
    });
  });
`;

const FROM_PACKAGE: ReadonlySet<string> = new Set(['swagger-ui.css', 'swagger-ui-bundle.js']);
const PACKAGE = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
/** What was read stays: two megabytes, once somebody looked. */
const read = new Map<string, Promise<string>>();

async function readReferenceFile({ params }: Call): Promise<Answer> {
  const { file = '' } = params;
  if (file !== 'start.js' && !FROM_PACKAGE.has(file)) throw problem('NOT_FOUND');
  const body = file === 'start.js' ? START : await fromPackage(file);
  const type = file.endsWith('.css') ? TYPES.css : TYPES.js;
  return {
    status: 200,
    body,
    headers: { ...HEADERS, 'content-type': type, 'cache-control': 'max-age=3600' },
  };
}

function fromPackage(file: string): Promise<string> {
  const text = read.get(file) ?? readFile(path.join(PACKAGE, file), 'utf8');
  read.set(file, text);
  return text;
}
