import { isApiKey } from '../actions/access/authenticate.ts';
import { type Config, ConfigError } from '../config.ts';

/** @throws {ConfigError} when TRUNKLINE_BOOTSTRAP_KEY is given and could not be used as a key. */
export function refuseMalformedKey({ bootstrapKey }: Config): void {
  if (bootstrapKey === null || isApiKey(bootstrapKey)) return;
  throw new ConfigError('TRUNKLINE_BOOTSTRAP_KEY must be tl_sk_ followed by 22 to 86 letters and digits');
}
