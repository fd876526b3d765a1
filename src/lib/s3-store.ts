/** Objects in a bucket of S3, or of anything that speaks like it. The bucket exists already. */
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { NoSuchObject, type ObjectStore } from './object-store.ts';

export interface S3Settings {
  /** null: Amazon's own, of the region. */
  endpoint: string | null;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
  /** The bucket in the path rather than in the host name: most servers other than Amazon's want that. */
  pathStyle: boolean;
}

export function createS3Store(settings: S3Settings): ObjectStore {
  const { endpoint, region, bucket: Bucket, accessKey, secretKey, pathStyle } = settings;
  const client = new S3Client({
    region,
    ...(endpoint === null ? {} : { endpoint }),
    forcePathStyle: pathStyle,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 25_000 },
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    // Trailing checksums are news to many a server; the hash of the content is signed anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const sizeOf = async (Key: string): Promise<number | null> => {
    try {
      return (await client.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength ?? null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };
  return {
    async put(Key, { path, sizeBytes, hash }) {
      if ((await sizeOf(Key)) === sizeBytes) return;
      const file = await open(path);
      const body = file.createReadStream();
      // Whoever sends it tells of its end; the stream's own word would be one too many.
      body.on('error', () => {});
      const put = new PutObjectCommand({
        Bucket,
        Key,
        Body: body,
        ContentLength: sizeBytes,
      });
      // A stream can be hashed only once it is read: we have done so, and the signature covers what we found.
      put.middlewareStack.add(
        (next) => async (args) => {
          const { headers } = args.request as { headers: Record<string, string> };
          headers['x-amz-content-sha256'] = hash;
          return next(args);
        },
        { step: 'build', name: 'contentHash' },
      );
      try {
        await client.send(put);
      } finally {
        body.destroy();
      }
    },
    async open(Key, range) {
      try {
        const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end}`;
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, Range }));
        return Body as Readable;
      } catch (error) {
        throw isMissing(error) ? new NoSuchObject(Key) : error;
      }
    },
    sizeOf,
    close: async () => client.destroy(),
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404;
}
