import { z } from 'zod';
import { Id } from '../../contract/common.ts';
import {
  AcceptInvitationBody,
  InvitationShown,
  InvitationsAnswer,
  InviteBody,
  JoinedAnswer,
  LookAtInvitationBody,
  Me,
  MemberAnswer,
  MembersAnswer,
  NewInvitationAnswer,
  parseAcceptInvitation,
  parseInvite,
  parseSetup,
  parseToken,
  parseUpdateMember,
  SetupBody,
  SetupNeededAnswer,
  UpdateMemberBody,
} from '../../contract/people/people.ts';
import { DoneAnswer } from '../../contract/people/sign-in.ts';
import { problem } from '../../contract/problems.ts';
import { isId } from '../../lib/ids.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { idOf, idParam, withWarnings } from './shared.ts';
import { visitorOf, withCookies } from './sign-in.ts';

const tag = 'People';
const personParam = z.object({ personId: Id });

export const peopleRoutes: readonly Route[] = [
  {
    operationId: 'getMe',
    method: 'GET',
    path: '/api/me',
    tag,
    scope: 'read',
    summary: 'Who is asking, and what for',
    answers: { 200: { description: 'A person who is signed in, or a key.', schema: Me } },
    problems: [],
    handle: getMe,
  },
  {
    operationId: 'isSetupNeeded',
    method: 'GET',
    path: '/api/setup',
    tag,
    scope: null,
    summary: 'Whether this server waits for its first owner',
    answers: { 200: { description: 'Yes or no.', schema: SetupNeededAnswer } },
    problems: [],
    handle: async ({ deps, actions }) => ok(await actions.isSetupNeeded(deps)),
  },
  {
    operationId: 'setUp',
    method: 'POST',
    path: '/api/setup',
    tag,
    scope: null,
    door: 'person',
    summary: 'Become the owner of a workspace',
    description:
      'By the link in the log of the server, which is good once. Whoever has an account signs in first.',
    body: SetupBody,
    answers: { 201: { description: 'Made, and signed in.', schema: JoinedAnswer } },
    problems: ['SETUP_LINK_INVALID', 'SIGN_IN_FIRST', 'SIGN_IN_FAILED'],
    handle: async (call) =>
      withCookies(await call.actions.setUp(call.deps, visitorOf(call), parseSetup(call.body)), 201),
  },
  {
    operationId: 'listMembers',
    method: 'GET',
    path: '/api/members',
    tag,
    scope: 'read',
    summary: 'List the people of the workspace',
    answers: { 200: { description: 'Whoever joined first comes first.', schema: MembersAnswer } },
    problems: [],
    handle: async ({ deps, actions, caller }) => ok(await actions.listMembers(deps, caller)),
  },
  {
    operationId: 'updateMember',
    method: 'PATCH',
    path: '/api/members/{personId}',
    tag,
    scope: 'admin',
    summary: 'Change the role of a member',
    description: 'It holds within a second. Only owners make owners, or change what they are.',
    pathParams: personParam,
    body: UpdateMemberBody,
    answers: { 200: { description: 'Changed.', schema: MemberAnswer } },
    problems: ['READ_ONLY', 'MEMBER_NOT_FOUND', 'OWNERS_ONLY', 'LAST_OWNER'],
    handle: updateMember,
  },
  {
    operationId: 'removeMember',
    method: 'DELETE',
    path: '/api/members/{personId}',
    tag,
    scope: 'admin',
    summary: 'Remove a member',
    description:
      'Within a second nothing of the workspace is open to the person. Keys stay: whoever might know one should see it replaced.',
    pathParams: personParam,
    answers: { 200: { description: 'Removed.', schema: DoneAnswer } },
    problems: ['MEMBER_NOT_FOUND', 'OWNERS_ONLY', 'LAST_OWNER'],
    handle: async (call) => ok(await call.actions.removeMember(call.deps, call.caller, personId(call))),
  },
  {
    operationId: 'listInvitations',
    method: 'GET',
    path: '/api/invitations',
    tag,
    scope: 'read',
    summary: 'List open invitations',
    answers: { 200: { description: 'Oldest first, without their links.', schema: InvitationsAnswer } },
    problems: [],
    handle: async ({ deps, actions, caller }) => ok(await actions.listInvitations(deps, caller)),
  },
  {
    operationId: 'invite',
    method: 'POST',
    path: '/api/invitations',
    tag,
    scope: 'admin',
    summary: 'Invite somebody',
    description:
      'The answer holds a link, once: no mail is sent. It is good for seven days and for one person. A second invitation to an address takes the place of the first.',
    body: InviteBody,
    answers: { 201: { description: 'Made.', schema: NewInvitationAnswer } },
    problems: ['READ_ONLY', 'ALREADY_A_MEMBER', 'OWNERS_ONLY', 'TOO_MANY_INVITATIONS'],
    handle: invite,
  },
  {
    operationId: 'withdrawInvitation',
    method: 'DELETE',
    path: '/api/invitations/{id}',
    tag,
    scope: 'admin',
    summary: 'Withdraw an invitation',
    pathParams: idParam,
    answers: { 200: { description: 'Its link opens nothing any more.', schema: DoneAnswer } },
    problems: ['INVITATION_NOT_FOUND'],
    handle: async (call) =>
      ok(await call.actions.withdrawInvitation(call.deps, call.caller, idOf(call, 'INVITATION_NOT_FOUND'))),
  },
  {
    operationId: 'lookAtInvitation',
    method: 'POST',
    path: '/api/invitations/look',
    tag,
    scope: null,
    door: 'person',
    summary: 'See what an invitation is for',
    body: LookAtInvitationBody,
    answers: { 200: { description: 'It is good.', schema: InvitationShown } },
    problems: ['INVITATION_INVALID'],
    handle: async ({ deps, actions, body }) => ok(await actions.lookAtInvitation(deps, parseToken(body))),
  },
  {
    operationId: 'acceptInvitation',
    method: 'POST',
    path: '/api/invitations/accept',
    tag,
    scope: null,
    door: 'person',
    summary: 'Join a workspace',
    description:
      'With `name` and `password` for a new account; whoever has one signs in first, and sends the token alone.',
    body: AcceptInvitationBody,
    answers: { 201: { description: 'Joined, and signed in.', schema: JoinedAnswer } },
    problems: ['READ_ONLY', 'INVITATION_INVALID', 'SIGN_IN_FIRST', 'ACCOUNT_REQUIRED', 'SIGN_IN_FAILED'],
    handle: async (call) =>
      withCookies(
        await call.actions.acceptInvitation(call.deps, visitorOf(call), parseAcceptInvitation(call.body)),
        201,
      ),
  },
];

async function getMe(call: Call): Promise<Answer> {
  const { deps, actions, caller } = call;
  const body = await actions.getMe(deps, caller);
  // Pages ask this first: a session that is used lives on.
  const cookies = body.person === null ? [] : await actions.renewSession(deps, visitorOf(call));
  return withCookies({ body, cookies });
}

async function updateMember(call: Call): Promise<Answer> {
  const { role, warnings } = parseUpdateMember(call.body);
  return withWarnings(
    await call.actions.updateMember(call.deps, call.caller, personId(call), role),
    warnings,
  );
}

async function invite({ deps, actions, caller, body, base }: Call): Promise<Answer> {
  const { warnings, ...wish } = parseInvite(body);
  return { ...withWarnings(await actions.invite(deps, caller, wish, base), warnings), status: 201 };
}

function personId({ params }: Call): string {
  const { personId: id } = params;
  if (id === undefined || !isId(id)) throw problem('MEMBER_NOT_FOUND');
  return id;
}
