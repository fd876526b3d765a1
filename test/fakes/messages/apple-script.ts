/**
 * As much of AppleScript as the relay's scripts use: which argument is which is read from the script itself, so a script
 * that changes its mind about them is understood, and one that is built from a message's text is not.
 */
export type Wanted =
  | { wanted: 'send'; way: 'chat' | 'participant'; recipient: string; text: string; paths: string[] }
  | { wanted: 'accounts' }
  | { wanted: 'nothing'; message: string };

export function understand(script: string, args: readonly string[]): Wanted {
  if (!/^on run argv$/m.test(script) || !/tell application "Messages"/.test(script)) {
    return { wanted: 'nothing', message: 'Expected “on run argv” and Messages' };
  }
  if (/every account/.test(script) && !/\bsend\b/.test(script)) return { wanted: 'accounts' };
  const variables = new Map(
    [...script.matchAll(/set (\w+) to item (\d+) of argv/g)].map(([, name = '', place]) => [
      name,
      args[Number(place) - 1],
    ]),
  );
  const argument = (pattern: RegExp) => variables.get(pattern.exec(script)?.[1] ?? '');
  const way = argument(/if (\w+) is "chat" then/);
  const chat = argument(/chat id (\w+)$/m);
  const participant = argument(/participant (\w+) of \w+$/m);
  const text = argument(/is not "" then send (\w+) to/);
  const firstFile = /repeat with \w+ from (\d+) to \(count of argv\)/.exec(script)?.[1];
  if (way === undefined || chat === undefined || participant === undefined || text === undefined) {
    return { wanted: 'nothing', message: 'Expected end of line but found identifier' };
  }
  return {
    wanted: 'send',
    way: way === 'chat' ? 'chat' : 'participant',
    recipient: way === 'chat' ? chat : participant,
    text,
    paths: firstFile === undefined ? [] : args.slice(Number(firstFile) - 1),
  };
}

/** As the script words its errors, where it does. */
export function failure(
  script: string,
  stage: string,
  handedOver: number,
  problem: string,
  code: number,
): string {
  const words = /error "trunkline:" & theStage/.test(script)
    ? `trunkline:${stage}:${handedOver}: ${problem}`
    : problem;
  return `612:734: execution error: ${words} (${code})\n`;
}
