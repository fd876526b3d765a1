/** Who of the workspace's people looks after a contact (contract 2.4). `members`: their addresses, the longest there first. */

/** undefined: nobody was named, or nobody of the workspace. Where nobody signs in at all, anybody named will do. */
export function memberNamed(
  given: string | null | undefined,
  members: readonly string[],
): string | null | undefined {
  const isStranger = typeof given === 'string' && members.length > 0 && !members.includes(given);
  return isStranger ? undefined : given;
}

/** The one named; else whoever has been there the longest. null: nobody, because that was asked for or nobody is there. */
export function contactOwner(given: string | null | undefined, members: readonly string[]): string | null {
  const named = memberNamed(given, members);
  return named === undefined ? (members[0] ?? null) : named;
}
