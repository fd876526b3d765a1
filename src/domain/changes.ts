/** What differs between two states of a thing, field by field, fit to be shown: secrets are named, never told. */

export interface Changes {
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/** Fields of such a name hold a secret, however deep they lie. */
const SECRET = /secret|token|password|passphrase|credential|authorization|apikey|private_?key/i;

/** null stands for a thing that did not exist, or does not any more. */
export function changesOf(
  before: Readonly<Record<string, unknown>> | null,
  after: Readonly<Record<string, unknown>> | null,
): Changes {
  const changes: Changes = { before: {}, after: {} };
  for (const name of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    const [was, is] = [before?.[name] ?? null, after?.[name] ?? null];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    const [shownBefore, shownAfter] = [shown(name, was), shown(name, is)];
    if (before !== null) changes.before[name] = shownBefore;
    // One secret in the place of another looks the same.
    const isReplaced = was !== null && SECRET.test(name) && shownBefore === shownAfter;
    if (after !== null) changes.after[name] = isReplaced ? '(changed)' : shownAfter;
  }
  return changes;
}

function shown(name: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (SECRET.test(name)) return '(set)';
  if (Array.isArray(value)) return value.map((each) => shown(name, each));
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([inner, each]) => [inner, shown(inner, each)]));
}
