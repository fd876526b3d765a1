/** For somebody who lost password or telephone: an operator gives out a new one. No mail is sent, so there is no other way. */
import { randomBytes } from 'node:crypto';
import type { Deps } from '../../deps.ts';
import { normalizeEmail } from '../../domain/address.ts';
import {
  deleteSessions,
  findPersonByEmail,
  forgetBrowsers,
  setPassword,
  switchOffCodes,
} from '../../store/people/people.ts';

/** null: nobody has an account with this address. */
export async function newPasswordFor(
  { database, clock }: Pick<Deps, 'database' | 'clock'>,
  email: string,
): Promise<string | null> {
  const { hashPassword } = await import('better-auth/crypto');
  const person = await findPersonByEmail(database, normalizeEmail(email) ?? '');
  if (person === null) return null;
  const password = randomBytes(15).toString('base64url');
  const hash = await hashPassword(password);
  await database.transaction(async (tx) => {
    const now = clock.now();
    await setPassword(tx, person.id, hash, now);
    await switchOffCodes(tx, person.id, now);
    await deleteSessions(tx, person.id);
    await forgetBrowsers(tx, person.id);
  });
  return password;
}
