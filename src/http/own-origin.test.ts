import { describe, expect, test } from 'vitest';
import { isFromOurPage } from './own-origin.ts';

const HOST = { host: 'trunkline.local:8080' };
const PUBLIC = 'https://trunkline.example.com';

describe('a request is from a page of ours', () => {
  test.each([
    [{ ...HOST, 'sec-fetch-site': 'same-origin' }, null],
    // What the browser says of itself outweighs an origin that a proxy has made strange.
    [{ ...HOST, 'sec-fetch-site': 'same-origin', origin: PUBLIC }, null],
    [{ ...HOST, origin: 'http://trunkline.local:8080' }, null],
    [{ ...HOST, origin: 'https://trunkline.local:8080' }, null],
    [{ host: 'TRUNKLINE.local:8080', origin: 'http://trunkline.local:8080' }, null],
    // Behind a proxy that asks by another name.
    [{ host: 'backend:8080', origin: PUBLIC }, PUBLIC],
    [{ host: 'backend:8080', origin: PUBLIC }, `${PUBLIC}/below/a/path`],
  ])('%j (public address %s)', (headers, publicUrl) => {
    expect(isFromOurPage(headers, publicUrl)).toBe(true);
  });
});

describe('a request is from a page of somebody else', () => {
  test.each([
    [{ ...HOST, 'sec-fetch-site': 'cross-site' }],
    [{ ...HOST, 'sec-fetch-site': 'same-site' }],
    [{ ...HOST, 'sec-fetch-site': 'none' }],
    [{ ...HOST, 'sec-fetch-site': '' }],
    [{ ...HOST, 'sec-fetch-site': 'cross-site', origin: 'http://trunkline.local:8080' }],
    [{ ...HOST, origin: 'null' }],
    [{ ...HOST, origin: '' }],
    [{ ...HOST, origin: 'http://trunkline.local' }],
    [{ ...HOST, origin: 'http://trunkline.local:8081' }],
    [{ ...HOST, origin: 'http://trunkline.local:8080.evil.example' }],
    [{ ...HOST, origin: 'http://evil.example/http://trunkline.local:8080' }],
    [{ ...HOST, origin: 'http://user@trunkline.local:8080' }],
    [{ ...HOST, origin: `${PUBLIC}.evil.example` }],
    [{ ...HOST, origin: 'http://trunkline.example.com' }],
    [{ origin: 'http://trunkline.local:8080' }],
  ])('%j', (headers) => {
    expect(isFromOurPage(headers, PUBLIC)).toBe(false);
  });
});

test('where nobody says, nobody knows: it is no browser that writes', () => {
  expect(isFromOurPage(HOST, PUBLIC)).toBe(null);
});
