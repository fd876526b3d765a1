/** The dashboard as it is served: what the browser is told, and where it ends. What it shows is in test/e2e/. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDashboardWhenStale } from '../../scripts/build-dashboard.ts';
import { PAGES } from '../../src/http/dashboard.ts';
import { openApp, type TestApp } from '../harness.ts';

const PAGES_FOLDER = path.resolve(import.meta.dirname, '../../dashboard/src/pages');
let app: TestApp;

beforeAll(async () => {
  await buildDashboardWhenStale();
  app = await openApp({ dispatches: false });
});
afterAll(() => app.close());

describe('a page', () => {
  test('may load from this server alone, run no script of its own text, and be framed by nobody', async () => {
    const answer = await fetch(`${app.url}/messages?status=failed`);
    expect(answer.status).toBe(200);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none'.*script-src 'self';.*frame-ancestors 'none'/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(await answer.text()).not.toMatch(/<script(?![^>]* src=)|https?:\/\//);
  });

  test('gets a nonce that no other page has', async () => {
    const nonces = new Set<string>();
    for (let n = 0; n < 5; n++) {
      const answer = await fetch(app.url);
      const [, nonce = ''] =
        /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '') ?? [];
      expect(await answer.text()).toContain(`content="${nonce}"`);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(5);
  });

  test('is there for every path that the browser’s router declares, and for what lies beneath', async () => {
    const declared = readdirSync(PAGES_FOLDER).flatMap((folder) => {
      const text = readFileSync(path.join(PAGES_FOLDER, folder, 'routes.tsx'), 'utf8');
      return [...text.matchAll(/path: '\/([a-z-]*)/g)].map(([, first]) => first as string);
    });
    expect(declared.length).toBeGreaterThan(7);
    expect([...new Set(declared)].sort()).toEqual([...PAGES].sort());
    for (const first of PAGES.filter((page) => page !== '')) {
      for (const url of [`/${first}`, `/${first}/deeper/still`]) {
        const answer = await fetch(app.url + url);
        expect([url, answer.status, answer.headers.get('content-type')]).toEqual([
          url,
          200,
          'text/html; charset=utf-8',
        ]);
      }
    }
  });

  test('is not what an unknown path of the API answers, nor a file that is not there', async () => {
    for (const url of [
      '/api/nothing',
      '/assets/none.js',
      '/assets/../package.json',
      '/dashboard',
      '/built-from',
      '//messages',
    ]) {
      const answer = await fetch(app.url + url);
      expect([url, answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
        url,
        404,
        'NOT_FOUND',
      ]);
    }
  });
});

describe('what a page is made of', () => {
  const scriptUrl = async () => {
    const page = await (await fetch(app.url)).text();
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(page) ?? [];
    return app.url + script;
  };

  test('is kept by browsers for ever when its name changes with its content, and asked for anew otherwise', async () => {
    const page = await (await fetch(app.url)).text();
    const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, url]) => url as string);
    expect(assets.length).toBeGreaterThanOrEqual(2);
    for (const url of assets) {
      const answer = await fetch(app.url + url);
      expect([url, answer.status]).toEqual([url, 200]);
      expect(answer.headers.get('cache-control')).toMatch(/immutable/);
    }
    expect((await fetch(`${app.url}/theme.js`)).headers.get('cache-control')).toBe('no-cache');
  });

  test('is the version for people, not the one for debugging, whoever built it', () => {
    const assets = path.resolve(import.meta.dirname, '../../dashboard/dist/assets');
    const texts = readdirSync(assets).filter((name) => name.endsWith('.js'));
    expect(texts.length).toBeGreaterThan(10);
    expect(
      texts.filter((name) => /jsxDEV|jsx-dev/.test(name + readFileSync(path.join(assets, name), 'utf8'))),
    ).toEqual([]);
  });

  test.each(['br;q=0', 'br;q=0, gzip;q=0', '*;q=0', 'identity;q=1, *;q=0'])(
    'comes as it is to whoever says %s',
    async (accepted) => {
      const answer = await fetch(await scriptUrl(), { headers: { 'accept-encoding': accepted } });
      expect(answer.headers.get('content-encoding')).toBeNull();
      expect(answer.headers.get('vary')).toBe('accept-encoding');
    },
  );

  test('comes compressed to whoever takes it so, and is the same either way', async () => {
    const script = await scriptUrl();
    const texts = new Set<string>();
    for (const encoding of ['br', 'gzip', 'identity']) {
      const answer = await fetch(script, { headers: { 'accept-encoding': encoding } });
      expect(answer.headers.get('content-encoding')).toBe(encoding === 'identity' ? null : encoding);
      expect(answer.headers.get('vary')).toBe('accept-encoding');
      texts.add(await answer.text());
    }
    expect(texts.size).toBe(1);
  });
});
