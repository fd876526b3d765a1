/** Which of a person's workspaces this browser shows. */
const KEY = 'workspace';

/** null: the first that the person belongs to. */
export function workspaceId(): string | null {
  return localStorage.getItem(KEY);
}

/** Next time it is the first one again. */
export function forgetWorkspace(): void {
  localStorage.removeItem(KEY);
}

/** The page starts anew: nothing of the other workspace may stay in any cache. */
export function chooseWorkspace(id: string | null): void {
  if (id === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, id);
  location.assign('/');
}
