/** Files of a workspace by their content, and what lay at which address. */
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface FileRow {
  id: string;
  /** SHA-256, lower-case hex. */
  hash: string;
  sizeBytes: number;
  mimeType: string;
}

export interface NewFile extends FileRow {
  origin: 'fetched' | 'uploaded' | 'received';
  sourceUrl: string | null;
}

export const FILE_COLUMNS = 'f.id, f.hash, f.size_bytes AS "sizeBytes", f.mime_type AS "mimeType"';

const INSERT_FILE = statement(
  'insert_file',
  `INSERT INTO files (workspace_id, id, hash, size_bytes, mime_type, origin, source_url, created_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id, hash) DO NOTHING`,
);
const FIND_FILE_BY_HASH = statement(
  'find_file_by_hash',
  `SELECT ${FILE_COLUMNS} FROM files f WHERE f.workspace_id = $1 AND f.hash = $2`,
);

/** The row of this content: this one, or the one that was there before. */
export async function ensureFile(
  sql: Sql,
  workspaceId: string,
  file: NewFile,
  now: number,
): Promise<FileRow> {
  const { id, hash, sizeBytes, mimeType, origin, sourceUrl } = file;
  await sql.query(INSERT_FILE, [workspaceId, id, hash, sizeBytes, mimeType, origin, sourceUrl, toIso(now)]);
  const [row] = await sql.query<FileRow>(FIND_FILE_BY_HASH, [workspaceId, hash]);
  if (row === undefined) throw new Error(`file ${hash} was stored and is not there`);
  return row;
}

const FIND_FILE = statement(
  'find_file',
  `SELECT ${FILE_COLUMNS} FROM files f WHERE f.workspace_id = $1 AND f.id = $2`,
);

export async function findFile(sql: Sql, workspaceId: string, id: string): Promise<FileRow | null> {
  const [row] = await sql.query<FileRow>(FIND_FILE, [workspaceId, id]);
  return row ?? null;
}

export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

export interface FetchedUrl extends Validators {
  file: FileRow;
  checkedAt: number;
}

const FIND_FETCHED = statement(
  'find_fetched_url',
  `SELECT ${FILE_COLUMNS}, u.etag, u.last_modified AS "lastModified", u.checked_at AS "checkedAt"
   FROM fetched_urls u JOIN files f ON f.workspace_id = u.workspace_id AND f.id = u.file_id
   WHERE u.workspace_id = $1 AND u.url_hash = $2`,
);

export async function findFetchedUrl(
  sql: Sql,
  workspaceId: string,
  urlHash: string,
): Promise<FetchedUrl | null> {
  const [row] = await sql.query<FileRow & Omit<FetchedUrl, 'file'>>(FIND_FETCHED, [workspaceId, urlHash]);
  if (row === undefined) return null;
  const { etag, lastModified, checkedAt, ...file } = row;
  return { file, etag, lastModified, checkedAt };
}

const NOTE_FETCHED = statement(
  'note_fetched_url',
  `INSERT INTO fetched_urls AS u (workspace_id, url_hash, file_id, etag, last_modified, checked_at)
   VALUES ($1, $2, $3, $4, $5, $6)
   ON CONFLICT (workspace_id, url_hash) DO UPDATE SET file_id = excluded.file_id, etag = excluded.etag,
     last_modified = excluded.last_modified, checked_at = excluded.checked_at`,
);

export async function noteFetchedUrl(
  sql: Sql,
  workspaceId: string,
  urlHash: string,
  fileId: string,
  { etag, lastModified }: Validators,
  now: number,
): Promise<void> {
  await sql.query(NOTE_FETCHED, [workspaceId, urlHash, fileId, etag, lastModified, toIso(now)]);
}
