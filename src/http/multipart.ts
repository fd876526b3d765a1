/** The one file of a `multipart/form-data` body, handed on as it comes. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { problem } from '../contract/problems.ts';

/** Of what stands beside the file; more of it than this is no upload. */
const LIMITS = { files: 1, fields: 20, fieldSize: 10_000, parts: 25, headerPairs: 50 };

/**
 * `take` gets the file's bytes and is waited for; when it fails, the rest of the body is not read. `fields`: what stands
 * beside the file, before it or behind it, once all is read.
 */
export function readUpload<Result>(
  headers: IncomingHttpHeaders,
  body: Readable,
  take: (file: { name: string; bytes: AsyncIterable<Buffer> }) => Promise<Result>,
  fields: Map<string, string> = new Map(),
): Promise<Result> {
  if (!/^multipart\/form-data\s*;/i.test(headers['content-type'] ?? ''))
    throw problem('UNSUPPORTED_MEDIA_TYPE', { error: 'Content-Type must be multipart/form-data' });
  return new Promise((resolve, reject) => {
    const parser = openParser(headers);
    let file: Readable | null = null;
    let taken: Promise<Result> | null = null;
    const fail = (error: unknown) => {
      body.unpipe(parser);
      body.off('close', onCut);
      file?.destroy();
      // The answer finds its way only when nobody is in the middle of a word.
      body.resume();
      reject(error);
    };
    // It also closes when all of it has come.
    const onCut = () => {
      if (!body.readableEnded) fail(problem('BAD_REQUEST', { error: 'The body broke off' }));
    };
    parser.on('file', (_field: string, stream: Readable, name: string | undefined) => {
      file = stream;
      // Whoever takes it hears of it as well.
      stream.on('error', () => {});
      taken = take({ name: name ?? 'file', bytes: stream });
      taken.catch(fail);
    });
    parser.on('field', (name: string, value: string, _: boolean, isCut: boolean) => {
      if (isCut) fail(problem('BAD_REQUEST', { error: 'A field of the form is too long' }));
      fields.set(name, value);
    });
    for (const limit of ['filesLimit', 'partsLimit', 'fieldsLimit'] as const)
      parser.on(limit, () => fail(problem('FILE_REQUIRED')));
    parser.on('error', (cause: unknown) =>
      fail(problem('BAD_REQUEST', { error: 'The body is not valid multipart/form-data', cause })),
    );
    parser.on('finish', () => {
      body.off('close', onCut);
      if (taken === null) reject(problem('FILE_REQUIRED'));
      else taken.then(resolve, reject);
    });
    body.once('close', onCut);
    body.pipe(parser);
  });
}

function openParser(headers: IncomingHttpHeaders) {
  try {
    return new Busboy({ headers: headers as BusboyHeaders, limits: LIMITS });
  } catch (cause) {
    throw problem('BAD_REQUEST', { error: 'The body is not valid multipart/form-data', cause });
  }
}
