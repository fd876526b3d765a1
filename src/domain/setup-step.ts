/** What a guided check of a line found, one step after another. */

/** `warning`: it works, and something of it is missing. `skipped`: it could not be asked yet, or not at all. */
export const STEP_STATES = ['ok', 'warning', 'failed', 'skipped'] as const;
export type StepState = (typeof STEP_STATES)[number];

export interface SetupStep {
  /** Stable, for programs: `password`, `tls`, … */
  key: string;
  state: StepState;
  /** What was found. */
  sentence: string;
  /** What to do about it; null when there is nothing to do. */
  fix: string | null;
}

export type Found = Omit<SetupStep, 'key'>;

export const ok = (sentence: string): Found => ({ state: 'ok', sentence, fix: null });
export const warning = (sentence: string, fix: string | null): Found => ({ state: 'warning', sentence, fix });
export const failed = (sentence: string, fix: string): Found => ({ state: 'failed', sentence, fix });
export const skipped = (sentence: string, fix: string | null = null): Found => ({
  state: 'skipped',
  sentence,
  fix,
});
