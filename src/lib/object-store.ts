/**
 * Where the bytes of files lie: a folder, or a bucket. Keys are made by us, of letters, digits, `_`, `-` and `/`; an object is
 * there whole or not at all, and never changes.
 */
import type { Readable } from 'node:stream';

export interface ObjectStore {
  /** Stores a file from the local disk; one that is there already stays. */
  put(key: string, file: LocalFile): Promise<void>;
  /** The bytes, or those from `start` to `end` inclusive. Throws `NoSuchObject`. */
  open(key: string, range?: { start: number; end: number }): Promise<Readable>;
  /** In bytes; null when there is none. */
  sizeOf(key: string): Promise<number | null>;
  close(): Promise<void>;
}

export interface LocalFile {
  path: string;
  sizeBytes: number;
  /** SHA-256, lower-case hex. */
  hash: string;
}

export class NoSuchObject extends Error {
  override name = 'NoSuchObject';
  constructor(key: string) {
    super(`There is no object ${key}`);
  }
}
