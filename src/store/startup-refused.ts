/**
 * A process that can't start, said in a sentence for the person who started it: `message` is public and complete, so
 * the outermost file prints it alone, without a stack. What lies behind it is in `cause`.
 */
export class StartupRefused extends Error {
  override name = 'StartupRefused';
}

/** Another Trunkline already works on this data folder. */
export class DataDirectoryInUse extends StartupRefused {
  override name = 'DataDirectoryInUse';
  /** Process id of the other one, as it told the database. */
  readonly holder: number | null;

  constructor(dataDir: string, holder: number | null) {
    const who = holder === null ? 'another Trunkline' : `another Trunkline (process ${holder})`;
    super(
      `The data folder ${dataDir} is already in use by ${who}. ` +
        'Stop that one first, or give this one a folder of its own with TRUNKLINE_DATA.',
    );
    this.holder = holder;
  }
}

/** How every refusal of the embedded server ends. */
export const USE_DATABASE_URL = 'Set DATABASE_URL to use a PostgreSQL 15 or newer of your own instead.';
