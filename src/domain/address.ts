/**
 * Phone numbers and e-mail addresses in the one form that is stored, compared and sent to (contract 2.4): E.164, and
 * lower-case e-mail.
 */

const E164 = /^\+[1-9]\d{7,14}$/;

/** What people put between digits: blanks, dots, dashes (typographic ones too) and parentheses. */
const PHONE_PUNCTUATION = /[\s.()\-\u2010-\u2015\u2212]+/g;

const MAX_RAW_PHONE = 64;

/**
 * E.164 form of `raw`, null when it is no phone number. Ten digits, or ten behind the default country's code, are taken
 * for that country's; anything else must carry its `+`. Ten digits that begin with 0 are refused: the 0 is a trunk
 * prefix, and what stands behind it is a guess. `defaultCountryCode` is "+1" or "1" style.
 */
export function normalizePhone(raw: string, defaultCountryCode = '+1'): string | null {
  if (isPhone(raw)) return raw;
  if (raw.length > MAX_RAW_PHONE) return null;
  const bare = raw.replace(PHONE_PUNCTUATION, '');
  if (bare.startsWith('+')) return isPhone(bare) ? bare : null;
  const country = /^\+?([1-9]\d{0,2})$/.exec(defaultCountryCode)?.[1];
  if (country === undefined || !/^[1-9]\d{9,12}$/.test(bare)) return null;
  if (bare.length === 10) return `+${country}${bare}`;
  return bare.length === country.length + 10 && bare.startsWith(country) ? `+${bare}` : null;
}

/** Blanks, controls, invisible characters, half surrogates, and what would make a list or a display name of it. */
const NOT_IN_EMAIL = /[\s\p{Cc}\p{Cf}\p{Cs}<>()[\]\\,;:"]/u;

const MAX_EMAIL = 254;

/** Trimmed, lower-case form of `raw`; null unless it has one @, something before it and a dotted domain behind it. */
export function normalizeEmail(raw: string): string | null {
  const email = raw.trim().toLowerCase();
  if (email.length > MAX_EMAIL || NOT_IN_EMAIL.test(email)) return null;
  const [local, domain, more] = email.split('@');
  if (!local || domain === undefined || more !== undefined) return null;
  const labels = domain.split('.');
  return labels.length >= 2 && labels.every((label) => label !== '') ? email : null;
}

/** The stored form of either kind, told apart by the @; null when it is neither. */
export function normalizeAddress(raw: string, defaultCountryCode?: string): string | null {
  return raw.includes('@') ? normalizeEmail(raw) : normalizePhone(raw, defaultCountryCode);
}

/** Whether `address` is a phone number in stored form: `+` and 8 to 15 digits. */
export function isPhone(address: string): boolean {
  return E164.test(address);
}

/** Whether `address` is an e-mail address in stored form. */
export function isEmail(address: string): boolean {
  return address.includes('@') && normalizeEmail(address) === address;
}
