/** For tests of this folder: what a parser refuses with. */
import { Problem } from './problems.ts';

export interface Refusal {
  status: number;
  code: string;
  error: string;
  param: string | null;
}

/** null when nothing was thrown; whatever is no Problem is thrown on. */
export function refusalOf(parse: () => unknown): Refusal | null {
  try {
    parse();
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, code, error: sentence, param } = error;
    return { status, code, error: sentence, param };
  }
}
