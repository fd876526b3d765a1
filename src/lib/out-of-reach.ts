/** Is the database away for a moment (restarting, full, not answering), or is something wrong with what was asked of it? */
/** Of the operating system and of name resolution. */
const NETWORK_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
];
/**
 * By their class: no connection, no resources, stopping or starting; or it has become a replica.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const POSTGRES_CODES = /^(08...|53...|57P..|25006)$/;
/** What `pg` says without any code. */
const PG_SENTENCES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** The database can't be reached, whoever wrapped the message. */
export function isOutOfReach(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (NETWORK_CODES.includes(code) || POSTGRES_CODES.test(code)) return true;
  // It lets nobody in, or has just thrown everybody out.
  if ('severity' in error && error.severity === 'FATAL') return true;
  if (PG_SENTENCES.test(error.message)) return true;
  // The socket file of a server that is not running; any other missing file is a defect.
  if (code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect') return true;
  // A host with several addresses fails with one error for each.
  if (error instanceof AggregateError && error.errors.some(isOutOfReach)) return true;
  return error.cause !== undefined && isOutOfReach(error.cause);
}

export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}
