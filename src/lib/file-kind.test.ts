/** What a file is, whatever it is called. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileKind, isSafeToShow } from './file-kind.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trunkline-kinds-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function kindOf(content: Buffer | string): Promise<string> {
  const file = path.join(folder, 'holiday.jpg');
  await writeFile(file, content);
  return fileKind(file);
}

/** A file of the ISO base media family. */
function brand(name: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, 0, 0, 24]),
    Buffer.from(`ftyp${name}`),
    Buffer.alloc(4),
    Buffer.from(name),
    Buffer.from('mif1'),
  ]);
}

const PNG_HEAD = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154',
  'hex',
);

describe('by its bytes alone', () => {
  test.each<[kind: string, content: Buffer | string]>([
    ['image/png', PNG_HEAD],
    ['image/jpeg', Buffer.from('ffd8ffe000104a46494600010100', 'hex')],
    ['image/gif', 'GIF89a\x01\x00\x01\x00'],
    [
      'image/webp',
      Buffer.concat([
        Buffer.from('RIFF'),
        Buffer.from([36, 0, 0, 0]),
        Buffer.from('WEBPVP8 '),
        Buffer.alloc(20),
      ]),
    ],
    ['image/heic', brand('heic')],
    ['image/heif', brand('mif1')],
    ['video/quicktime', brand('qt  ')],
    ['video/mp4', brand('isom')],
    ['audio/x-m4a', brand('M4A ')],
    [
      'audio/x-caf',
      Buffer.concat([Buffer.from('caff'), Buffer.from([0, 1, 0, 0]), Buffer.from('desc'), Buffer.alloc(32)]),
    ],
    ['application/pdf', '%PDF-1.4\n%âãÏÓ'],
    ['application/gzip', gzipSync('x')],
    ['application/x-msdownload', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(100)])],
    ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['image/svg+xml', '\ufeff<?xml version="1.0"?>\n<!-- a > b -->\n<!DOCTYPE svg PUBLIC "x" "y">\n<svg>'],
    ['text/html', '<!doctype html><title>Hi'],
    ['text/html', '\n\t <!-- x --><SCRIPT>alert(1)</SCRIPT>'],
    ['text/html', '<a href="javascript:1">'],
    ['application/xml', '<?xml version="1.0"?><note/>'],
    ['text/plain', 'Only words, with ümlauts and 🙂\r\n'],
    ['text/plain', `${'x'.repeat(4095)}ü`],
    ['text/plain', '<svgish'],
    ['application/octet-stream', Buffer.from([0, 1, 2, 3])],
    ['application/octet-stream', Buffer.concat([Buffer.from('caff'), Buffer.from([0, 2, 0, 0])])],
    ['application/octet-stream', Buffer.from([0xc3, 0x28, 0xff])],
    ['application/octet-stream', ''],
  ])('%s', async (kind, content) => {
    expect(await kindOf(content)).toBe(kind);
  });

  test('a picture with a page behind it is a picture', async () => {
    expect(await kindOf(Buffer.concat([PNG_HEAD, Buffer.from('<html><script>')]))).toBe('image/png');
  });
});

test('only what holds no program is shown', () => {
  expect(['image/png', 'image/heic', 'video/quicktime', 'audio/x-caf'].every(isSafeToShow)).toBe(true);
  const programs = ['image/svg+xml', 'text/html', 'application/pdf', 'application/xml', 'text/plain', ''];
  expect(programs.some(isSafeToShow)).toBe(false);
});
