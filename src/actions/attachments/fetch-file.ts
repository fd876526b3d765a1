/**
 * A file that a message names by its address (D27): fetched behind the guard, kept once per content, and not fetched again
 * while what we have is fresh. Whatever the server or the network does is a value; what throws is our own trouble.
 */
import { createHash } from 'node:crypto';
import type { Deps } from '../../deps.ts';
import type { HttpAnswer } from '../../domain/campaign/conditions.ts';
import { FetchRefused, type GuardedResponse } from '../../lib/guarded-fetch.ts';
import { TooLarge } from '../../lib/spool.ts';
import { type FileRow, findFetchedUrl, noteFetchedUrl, type Validators } from '../../store/messages/files.ts';
import { EmptyFile, type FileDeps, isThere, keepFile, MAX_FILE_BYTES } from './keep-file.ts';

export type AttachmentCode =
  | 'attachment_blocked'
  | 'attachment_too_large'
  | 'attachment_gone'
  | 'attachment_not_carried'
  | 'attachment_unreachable';

export interface NotFetched {
  /** False: another try may succeed. */
  permanent: boolean;
  code: AttachmentCode;
  message: string;
}

export type Fetched = { file: FileRow; how: 'cached' | 'unchanged' | 'downloaded' } | NotFetched;

/** Downloads under way: of one address at once one, of one workspace so many that the others' sends keep their places. */
export interface FetchesUnderWay {
  byUrl: Map<string, Promise<Fetched>>;
  ofWorkspace: Map<string, number>;
  /** HTTP conditions of campaigns likewise: by workspace, campaign, lead and condition. */
  questions: Map<string, Promise<HttpAnswer | 'changed'>>;
  questionsOfWorkspace: Map<string, number>;
}

type FetchDeps = FileDeps & Pick<Deps, 'web' | 'fetches'>;

/** From the first byte out to the last one in. */
export const FETCH_MS = 60_000;
const IDLE_MS = 15_000;
const REDIRECTS = 3;
const FETCHES_PER_WORKSPACE = 20;
/** Within it an address is not even asked whether its file has changed. */
export const FRESH_MS = 3_600_000;

export function newFetchesUnderWay(): FetchesUnderWay {
  return { byUrl: new Map(), ofWorkspace: new Map(), questions: new Map(), questionsOfWorkspace: new Map() };
}

/** `busy`: the workspace fetches as much as it may; come back a little later. */
export async function fetchFile(
  deps: FetchDeps,
  workspaceId: string,
  url: string,
): Promise<Fetched | 'busy'> {
  const { byUrl, ofWorkspace } = deps.fetches;
  const key = `${workspaceId} ${url}`;
  const underWay = byUrl.get(key);
  if (underWay !== undefined) return underWay;
  const count = ofWorkspace.get(workspaceId) ?? 0;
  if (count >= FETCHES_PER_WORKSPACE) return 'busy';
  ofWorkspace.set(workspaceId, count + 1);
  const fetching = lookOrFetch(deps, workspaceId, url).finally(() => {
    byUrl.delete(key);
    const left = (ofWorkspace.get(workspaceId) ?? 1) - 1;
    if (left === 0) ofWorkspace.delete(workspaceId);
    else ofWorkspace.set(workspaceId, left);
  });
  byUrl.set(key, fetching);
  return fetching;
}

async function lookOrFetch(deps: FetchDeps, workspaceId: string, url: string): Promise<Fetched> {
  const urlHash = createHash('sha256').update(url).digest('hex');
  const known = await findKept(deps, workspaceId, urlHash);
  const now = deps.clock.now();
  if (known !== null && known.checkedAt <= now && now - known.checkedAt < FRESH_MS)
    return { file: known.file, how: 'cached' };
  const answer = await ask(deps, url, known);
  if ('code' in answer) return answer;
  const note = (file: FileRow, validators: Validators) =>
    noteFetchedUrl(deps.database, workspaceId, urlHash, file.id, validators, deps.clock.now());
  if (answer.status === 304 && known !== null) {
    answer.body.destroy();
    await note(known.file, known);
    return { file: known.file, how: 'unchanged' };
  }
  const refusal = refusalOf(answer.status);
  if (refusal !== null) {
    answer.body.destroy();
    return refusal;
  }
  try {
    const about = { origin: 'fetched' as const, sourceUrl: url };
    const file = await keepFile(deps, workspaceId, bytesOf(answer), about);
    await note(file, {
      etag: headerOf(answer, 'etag'),
      lastModified: headerOf(answer, 'last-modified'),
    });
    return { file, how: 'downloaded' };
  } catch (error) {
    return trouble(error);
  }
}

/** What was fetched before, unless its bytes were lost. */
async function findKept(deps: FetchDeps, workspaceId: string, urlHash: string) {
  const known = await findFetchedUrl(deps.database, workspaceId, urlHash);
  return known !== null && (await isThere(deps, workspaceId, known.file)) ? known : null;
}

async function ask(
  deps: FetchDeps,
  url: string,
  known: Validators | null,
): Promise<GuardedResponse | NotFetched> {
  const headers: Record<string, string> = { accept: '*/*', 'user-agent': 'Trunkline' };
  if (known?.etag != null) headers['if-none-match'] = known.etag;
  if (known?.lastModified != null) headers['if-modified-since'] = known.lastModified;
  const options = {
    headers,
    timeoutMs: FETCH_MS,
    idleMs: IDLE_MS,
    redirects: REDIRECTS,
    maxBytes: MAX_FILE_BYTES,
  };
  return deps.web.fetch(url, options).catch((error: unknown) => {
    return trouble(error instanceof FetchRefused ? error : new Interrupted(error));
  });
}

/** The network's part in it, told apart from a full disk or a database that is away. */
class Interrupted extends Error {
  override name = 'Interrupted';
  constructor(cause: unknown) {
    super(cause instanceof Error && cause.message !== '' ? cause.message : 'the connection broke off', {
      cause,
    });
  }
}

async function* bytesOf({ body }: GuardedResponse): AsyncGenerator<Buffer> {
  try {
    yield* body as AsyncIterable<Buffer>;
  } catch (error) {
    throw error instanceof FetchRefused ? error : new Interrupted(error);
  }
}

/** Of what ended the download; our own trouble is thrown on. */
function trouble(error: unknown): NotFetched {
  if (error instanceof TooLarge) return permanent('attachment_too_large', error.message);
  if (error instanceof EmptyFile) return permanent('attachment_not_carried', error.message);
  if (error instanceof Interrupted) return unreachable(`It can't be reached: ${error.message}`);
  if (!(error instanceof FetchRefused)) throw error;
  switch (error.code) {
    case 'timeout':
      return unreachable(`It did not come within ${FETCH_MS / 1000} seconds`);
    case 'too_large':
      return permanent('attachment_too_large', `Larger than ${MAX_FILE_BYTES / 1_000_000} MB`);
    default:
      return permanent('attachment_blocked', error.message);
  }
}

const TRY_AGAIN = [408, 425, 429];

function refusalOf(status: number): NotFetched | null {
  if (status >= 200 && status < 300) return null;
  const message = `Its server answers ${status}`;
  return status >= 500 || TRY_AGAIN.includes(status)
    ? unreachable(message)
    : permanent('attachment_gone', message);
}

function permanent(code: AttachmentCode, message: string): NotFetched {
  return { permanent: true, code, message };
}

function unreachable(message: string): NotFetched {
  return { permanent: false, code: 'attachment_unreachable', message };
}

function headerOf({ headers }: GuardedResponse, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value.length <= 1_000 ? value : null;
}
