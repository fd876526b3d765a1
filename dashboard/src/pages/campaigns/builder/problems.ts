/** What is wrong with a campaign, by the place it belongs to, and in words that say where that is. Pure. */
export interface Fault {
  /** Like `steps[1].branches[0].to`. */
  param: string;
  error: string;
}

/** The sentence of a place, if there is one. */
export function faultAt(faults: readonly Fault[], param: string): string | undefined {
  return faults.find((fault) => fault.param === param)?.error;
}

/** Of a place and of all that lies in it; -1: of no step. */
export function stepOf({ param }: Fault): number {
  const [, index] = /^steps\[(\d+)\]/.exec(param) ?? [];
  return index === undefined ? -1 : Number(index);
}

export function faultsOfStep(faults: readonly Fault[], index: number): Fault[] {
  return faults.filter((fault) => stepOf(fault) === index);
}

const PLACES: readonly [RegExp, (...found: string[]) => string][] = [
  [/^steps\[(\d+)\]/, (index) => `step ${Number(index) + 1}`],
  [/^\.stopConditions\[(\d+)\]/, (n) => `stop condition ${Number(n) + 1}`],
  [/^\.branches\[(\d+)\]/, (n) => `branch ${Number(n) + 1}`],
  [/^\.attachmentUrls\[(\d+)\]/, (n) => `attachment ${Number(n) + 1}`],
  [/^\.condition/, () => ''],
  [/^\.?lineIds(?:\[(\d+)\])?/, () => 'lines'],
  [/^\.?listId/, () => 'list'],
  [/^\.?(\w+)/, (word) => word],
];

/** "step 2, branch 1, to". */
export function placeWords(param: string): string {
  const words: string[] = [];
  for (let rest = param; rest !== ''; ) {
    const found = PLACES.map(([pattern, say]) => ({ match: pattern.exec(rest), say })).find(
      ({ match }) => match !== null,
    );
    if (found?.match == null) break;
    const [whole, part = ''] = found.match;
    const said = found.say(part);
    if (said !== '') words.push(said);
    rest = rest.slice(whole.length);
  }
  return words.join(', ') || param;
}
