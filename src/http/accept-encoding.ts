/** Which of the forms in which a file is kept goes to whoever sent this `Accept-Encoding` (RFC 9110, 12.5.3). */

const MOST_WANTED_FIRST = ['br', 'gzip'] as const;
export type Encoding = (typeof MOST_WANTED_FIRST)[number];

/** null: as it is, which everybody understands: also where nothing that is kept may be sent. */
export function pickEncoding(header: string | undefined, kept: ReadonlySet<Encoding>): Encoding | null {
  const weights = readWeights(header ?? '');
  // What is not named is not wanted, unless everything is; as it is, it comes last.
  const weightOf = (encoding: string) => weights.get(encoding) ?? weights.get('*') ?? 0;
  let best: Encoding | null = null;
  let most = weights.get('identity') ?? 0;
  for (const encoding of MOST_WANTED_FIRST) {
    const weight = weightOf(encoding);
    const isBetter = weight > most || (weight === most && best === null && weight > 0);
    if (!kept.has(encoding) || !isBetter) continue;
    best = encoding;
    most = weight;
  }
  return best;
}

function readWeights(header: string): ReadonlyMap<string, number> {
  return new Map(
    header.split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
      const q = parameters.find((each) => each.startsWith('q='))?.slice('q='.length);
      // What can't be read as a weight is no wish.
      const weight = q === undefined ? 1 : /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q) ? Number(q) : 0;
      return [name === 'x-gzip' ? 'gzip' : name, weight];
    }),
  );
}
