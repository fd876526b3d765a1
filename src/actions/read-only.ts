import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import type { Caller } from './authenticate.ts';
import type { WorkspaceBook } from './workspace-book.ts';

/** Every write of a workspace whose payment is past due is refused (D36). Answers what is known of the workspace. */
export async function refuseReadOnly(deps: Deps, { workspaceId }: Caller): Promise<WorkspaceBook> {
  return mayWrite(await deps.books.read(workspaceId));
}

export function mayWrite(book: WorkspaceBook | null): WorkspaceBook {
  if (book === null) throw problem('NO_ACTIVE_WORKSPACE');
  if (book.workspace.billingStatus === 'past_due') throw problem('READ_ONLY');
  return book;
}
