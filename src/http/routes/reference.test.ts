import { describe, expect, test } from 'vitest';
import { startServer } from '../testing.ts';

describe('the reference', () => {
  test('is made of files of this very server alone, each of its kind', async () => {
    const { url } = await startServer({});
    const answer = await fetch(`${url}/docs`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    const page = await answer.text();
    const files = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1] ?? '');
    const loaded = files.filter((file) => file !== 'data:,');
    expect(loaded.length).toBe(3);
    for (const file of loaded) {
      // Of this server: neither another host nor another scheme.
      expect(new URL(file, url).origin, file).toBe(url);
      const part = await fetch(new URL(file, url));
      expect(part.status, file).toBe(200);
      expect(part.headers.get('content-type'), file).toMatch(
        file.endsWith('.css') ? /^text\/css/ : /^text\/javascript/,
      );
      const text = await part.text();
      expect(text.length, file).toBeGreaterThan(100);
      // A style sheet loads by itself; what stands in it already is no request.
      if (file.endsWith('.css')) {
        const targets = [...text.matchAll(/url\(\s*["']?([^"')]{0,20})|@import\s+(\S+)/g)];
        for (const [, target, imported] of targets) expect(imported ?? target).toMatch(/^data:/);
      }
    }
  });

  test('forbids the browser everything else, and needs neither inline code nor eval', async () => {
    const { url } = await startServer({});
    const answer = await fetch(`${url}/docs`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(policy).not.toMatch(/unsafe|https?:|\*|blob:/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const page = await answer.text();
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|style=|<style/);
  });

  test('shows the very openapi.json that is served, and asks no validator', async () => {
    const { url } = await startServer({});
    const start = await (await fetch(`${url}/docs/start.js`)).text();
    expect(start).toContain("fetch('/openapi.json')");
    expect(start).toContain('validatorUrl: null');
    expect(start).not.toMatch(/https?:\/\//);
  });

  test.each(['nothing.js', 'package.json', '..%2Fpackage.json', 'swagger-ui-bundle.js.map'])(
    'gives no other file: %s',
    async (file) => {
      const { url } = await startServer({});
      expect((await fetch(`${url}/docs/${file}`)).status).toBe(404);
    },
  );
});
