/**
 * Addresses of our own files: `/files/{workspace}.{file}.{signature}/{name}`. Whoever has one may read the file, as carriers
 * must; nobody can make one up. The signature tells our own from all others without asking the database, whatever host
 * name the server is called by.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Deps } from '../../deps.ts';
import { isId } from '../../lib/ids.ts';

export interface OwnFile {
  workspaceId: string;
  fileId: string;
}

const CONTEXT = 'file';

/** From the root of the server; without a public address nobody knows what stands before it. */
export function filePath(
  { secrets }: Pick<Deps, 'secrets'>,
  { workspaceId, fileId }: OwnFile,
  name: string,
): string {
  const text = `${workspaceId}.${fileId}`;
  return `/files/${text}.${secrets.sign(text, CONTEXT)}/${encodeURIComponent(name)}`;
}

/** null: we never gave this out. */
export function readFileToken({ secrets }: Pick<Deps, 'secrets'>, token: string): OwnFile | null {
  const [workspaceId = '', fileId = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0 || !isId(fileId)) return null;
  const isOurs = timingSafeEqual(
    digest(signature),
    digest(secrets.sign(`${workspaceId}.${fileId}`, CONTEXT)),
  );
  return isOurs ? { workspaceId, fileId } : null;
}

/** The file an address of ours leads to; `foreign` for one that only looks like ours; null for the rest of the world. */
export function ownFile(deps: Pick<Deps, 'secrets' | 'config'>, url: string): OwnFile | 'foreign' | null {
  const { publicUrl } = deps.config;
  const [, token = ''] = /\/files\/([^/]+)\/[^/]*$/.exec(URL.parse(url)?.pathname ?? '') ?? [];
  const found = readFileToken(deps, token);
  if (found !== null) return found;
  return publicUrl !== null && url.startsWith(`${publicUrl}/files/`) ? 'foreign' : null;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
