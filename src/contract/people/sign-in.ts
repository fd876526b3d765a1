/** How people sign in (D35): what pages of ours send to `/auth`, and hear from it. */
import { z } from 'zod';
import { asObject, type Fields, readBoolean, readEmail, readLine, readText } from '../fields.ts';
import { invalidField } from '../problems.ts';

export const PASSWORD_CHARACTERS = { min: 10, max: 128 };
export const MAX_NAME_CHARACTERS = 100;

export const password = z
  .string()
  .min(PASSWORD_CHARACTERS.min)
  .max(PASSWORD_CHARACTERS.max)
  .meta({ example: 'a sentence nobody guesses' });

export const SignInBody = z
  .object({
    email: z.string(),
    password: z.string().max(PASSWORD_CHARACTERS.max),
    remember: z
      .boolean()
      .nullish()
      .meta({ default: true, description: 'false: until the browser is closed, a day at most.' }),
  })
  .meta({ id: 'SignInBody', example: { email: 'ada@example.com', password: 'a sentence nobody guesses' } });

export const SignedInAnswer = z
  .object({
    success: z.literal(true),
    codeNeeded: z
      .boolean()
      .meta({ description: '`true`: nobody is signed in yet; the code of the telephone comes next.' }),
  })
  .meta({ id: 'SignedInAnswer' });

export const DoneAnswer = z.object({ success: z.literal(true) }).meta({ id: 'DoneAnswer' });

export const CodeBody = z
  .object({
    code: z.string().meta({ example: '123456' }),
    trustDevice: z
      .boolean()
      .nullish()
      .meta({ default: false, description: 'No code is asked for in this browser for 30 days.' }),
  })
  .meta({ id: 'CodeBody', example: { code: '123456' } });

export const PasswordBody = z
  .object({ password: z.string().max(PASSWORD_CHARACTERS.max) })
  .meta({ id: 'PasswordBody', example: { password: 'a sentence nobody guesses' } });

export const ChangePasswordBody = z
  .object({ currentPassword: z.string().max(PASSWORD_CHARACTERS.max), newPassword: password })
  .meta({
    id: 'ChangePasswordBody',
    example: { currentPassword: 'a sentence nobody guesses', newPassword: 'another one, much longer' },
  });

export const RenamePersonBody = z
  .object({ name: z.string().max(MAX_NAME_CHARACTERS) })
  .meta({ id: 'RenamePersonBody', example: { name: 'Ada Lovelace' } });

export const CodesBegunAnswer = z
  .object({
    uri: z.string().meta({ description: 'For the telephone: to be shown as a QR code.' }),
    backupCodes: z.array(z.string()).meta({ description: 'Each signs in once, without the telephone.' }),
  })
  .meta({
    id: 'CodesBegunAnswer',
    example: {
      uri: 'otpauth://totp/Trunkline:ada%40example.com?secret=NBSWY3DP&issuer=Trunkline&digits=6&period=30',
      backupCodes: ['aB3dE-fG5hI'],
    },
  });

export const BackupCodesAnswer = z
  .object({ backupCodes: z.array(z.string()) })
  .meta({ id: 'BackupCodesAnswer', example: { backupCodes: ['aB3dE-fG5hI'] } });

export function parseSignIn(body: unknown): { email: string; password: string; remember: boolean } {
  const fields = asObject(body);
  return {
    email: required(readEmail(fields, 'email'), 'email'),
    password: readGivenPassword(fields, 'password'),
    remember: readBoolean(fields, 'remember') ?? true,
  };
}

export function parseCode(body: unknown): { code: string; trustDevice: boolean } {
  const fields = asObject(body);
  return {
    code: required(readLine(fields, 'code', 64), 'code').replaceAll(' ', ''),
    trustDevice: readBoolean(fields, 'trustDevice') ?? false,
  };
}

export function parsePassword(body: unknown): { password: string } {
  return { password: readGivenPassword(asObject(body), 'password') };
}

export function parseChangePassword(body: unknown): { currentPassword: string; newPassword: string } {
  const fields = asObject(body);
  return {
    currentPassword: readGivenPassword(fields, 'currentPassword'),
    newPassword: readNewPassword(fields, 'newPassword'),
  };
}

export function parseRenamePerson(body: unknown): { name: string } {
  return { name: readName(asObject(body)) };
}

export function readName(fields: Fields): string {
  return required(readLine(fields, 'name', MAX_NAME_CHARACTERS), 'name');
}

/** One that is to be: blanks count, and nobody's is too short. */
export function readNewPassword(fields: Fields, name: string): string {
  const text = readText(fields, name) ?? '';
  const { min, max } = PASSWORD_CHARACTERS;
  if (text.length < min || text.length > max || text.trim() === '')
    throw invalidField(name, `must have ${min} to ${max} characters`);
  return text;
}

/** One that is: whatever it looks like, it is right or wrong. */
function readGivenPassword(fields: Fields, name: string): string {
  const text = required(readText(fields, name), name);
  if (text.length > PASSWORD_CHARACTERS.max)
    throw invalidField(name, `must have at most ${PASSWORD_CHARACTERS.max} characters`);
  return text;
}

function required<Value>(value: Value | null, name: string): Value {
  if (value === null) throw invalidField(name, 'must be given');
  return value;
}
