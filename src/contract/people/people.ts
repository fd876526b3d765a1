/** People of a workspace: who is asking, members, invitations, and the first of them all (D35). */
import { z } from 'zod';
import { ROLES, type Role, SCOPES } from '../../domain/words.ts';
import { Id, Instant, Warnings } from '../common.ts';
import { asObject, readChoice, readEmail, readLabel, readText, unknownFields } from '../fields.ts';
import { invalidField } from '../problems.ts';
import { MAX_NAME_CHARACTERS, password, readName, readNewPassword } from './sign-in.ts';

const role = z.enum(ROLES).meta({
  description:
    '`viewer` reads; `member` also sends; `admin` and `owner` may do everything, and only owners make or remove owners.',
  example: 'member',
});

export const Me = z
  .object({
    person: z
      .object({ id: Id, name: z.string(), email: z.string(), twoFactorEnabled: z.boolean() })
      .nullable()
      .meta({ description: 'null: an API key is asking.' }),
    role: role.nullable(),
    scopes: z.array(z.enum(SCOPES)),
    workspace: z.object({ id: z.string(), name: z.string(), timezone: z.string() }),
    workspaces: z
      .array(z.object({ id: z.string(), name: z.string(), role: role.nullable() }))
      .meta({ description: 'All that may be asked for by `x-workspace-id`; of a key its own.' }),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof Me>;

export const SetupNeededAnswer = z
  .object({
    needed: z.boolean().meta({
      description: 'Nobody owns a workspace of this server yet: its log has a link for the first one.',
    }),
  })
  .meta({ id: 'SetupNeededAnswer' });

export const SetupBody = z
  .object({
    token: z.string(),
    name: z.string().max(MAX_NAME_CHARACTERS),
    email: z.string(),
    password,
  })
  .meta({
    id: 'SetupBody',
    example: {
      token: 'kf2Jd0Ww9eXqZ3h5uYbN8g',
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      password: 'a sentence nobody guesses',
    },
  });

export interface Setup {
  token: string;
  name: string;
  email: string;
  password: string;
}

export const JoinedAnswer = z
  .object({ success: z.literal(true), workspaceId: z.string() })
  .meta({ id: 'JoinedAnswer' });
export type JoinedAnswer = z.infer<typeof JoinedAnswer>;

export const Member = z
  .object({
    personId: Id,
    name: z.string(),
    email: z.string(),
    role,
    twoFactorEnabled: z.boolean(),
    joinedAt: Instant,
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof Member>;

export const MembersAnswer = z.object({ members: z.array(Member) }).meta({ id: 'MembersAnswer' });
export type MembersAnswer = z.infer<typeof MembersAnswer>;

export const MemberAnswer = z.object({ member: Member, warnings: Warnings }).meta({ id: 'MemberAnswer' });
export type MemberAnswer = Omit<z.infer<typeof MemberAnswer>, 'warnings'>;

export const UpdateMemberBody = z
  .object({ role })
  .meta({ id: 'UpdateMemberBody', example: { role: 'admin' } });

export const Invitation = z
  .object({
    _id: Id,
    email: z.string(),
    role,
    invitedBy: z.string().meta({ description: 'The name of a person or of a key.', example: 'Ada Lovelace' }),
    createdAt: Instant,
    expiresAt: Instant,
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof Invitation>;

export const InvitationsAnswer = z
  .object({
    invitations: z.array(Invitation).meta({ description: 'Without those accepted, withdrawn or expired.' }),
  })
  .meta({ id: 'InvitationsAnswer' });
export type InvitationsAnswer = z.infer<typeof InvitationsAnswer>;

export const InviteBody = z
  .object({ email: z.string(), role: role.nullish().meta({ default: 'member' }) })
  .meta({ id: 'InviteBody', example: { email: 'grace@example.com', role: 'member' } });

export const NewInvitationAnswer = z
  .object({
    invitation: Invitation,
    link: z.string().meta({
      description: 'For the person invited, by whatever way you trust: shown this once, good once.',
      example: 'https://trunkline.example.com/join?token=kf2Jd0Ww9eXqZ3h5uYbN8g',
    }),
    warnings: Warnings,
  })
  .meta({ id: 'NewInvitationAnswer' });
export type NewInvitationAnswer = Omit<z.infer<typeof NewInvitationAnswer>, 'warnings'>;

export const LookAtInvitationBody = z
  .object({ token: z.string() })
  .meta({ id: 'LookAtInvitationBody', example: { token: 'kf2Jd0Ww9eXqZ3h5uYbN8g' } });

export const InvitationShown = z
  .object({
    workspaceName: z.string(),
    email: z.string(),
    role,
    invitedBy: z.string().meta({ example: 'Ada Lovelace' }),
    expiresAt: Instant,
    hasAccount: z
      .boolean()
      .meta({ description: 'Whoever it is for signs in first, and brings neither name nor password.' }),
  })
  .meta({ id: 'InvitationShown' });
export type InvitationShown = z.infer<typeof InvitationShown>;

export const AcceptInvitationBody = z
  .object({
    token: z.string(),
    name: z.string().max(MAX_NAME_CHARACTERS).nullish(),
    password: password.nullish(),
  })
  .meta({
    id: 'AcceptInvitationBody',
    example: {
      token: 'kf2Jd0Ww9eXqZ3h5uYbN8g',
      name: 'Grace Hopper',
      password: 'a sentence nobody guesses',
    },
  });

export interface AcceptInvitation {
  token: string;
  /** null: by somebody who has an account and is signed in. */
  account: { name: string; password: string } | null;
}

const MAX_TOKEN_CHARACTERS = 128;

export function parseSetup(body: unknown): Setup {
  const fields = asObject(body);
  const email = readEmail(fields, 'email');
  if (email === null) throw invalidField('email', 'must be given');
  return {
    token: parseToken(body),
    name: readName(fields),
    email,
    password: readNewPassword(fields, 'password'),
  };
}

export function parseToken(body: unknown): string {
  return readLabel(asObject(body), 'token', MAX_TOKEN_CHARACTERS) ?? '';
}

export function parseUpdateMember(body: unknown): { role: Role; warnings: string[] } {
  const fields = asObject(body);
  const wished = readChoice(fields, 'role', ROLES);
  if (wished === null) throw invalidField('role', `must be one of ${ROLES.join(', ')}`);
  return { role: wished, warnings: unknownFields(fields, new Set(['role'])) };
}

export function parseInvite(body: unknown): { email: string; role: Role; warnings: string[] } {
  const fields = asObject(body);
  const email = readEmail(fields, 'email');
  if (email === null) throw invalidField('email', 'must be given');
  const warnings = unknownFields(fields, new Set(['email', 'role']));
  return { email, role: readChoice(fields, 'role', ROLES) ?? 'member', warnings };
}

export function parseAcceptInvitation(body: unknown): AcceptInvitation {
  const fields = asObject(body);
  const hasAccount = readText(fields, 'password') === null && readText(fields, 'name') === null;
  return {
    token: parseToken(body),
    account: hasAccount ? null : { name: readName(fields), password: readNewPassword(fields, 'password') },
  };
}
