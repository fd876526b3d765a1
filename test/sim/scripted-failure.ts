/** What the world breaks on purpose: a carrier, a connection. Any other error that comes to light is a defect. */
export class ScriptedFailure extends Error {
  override name = 'ScriptedFailure';
  /** As PostgreSQL names a connection that was ended. */
  readonly code = '57P01';
}
