/** Of the list of actions those about people: who they are, how they come in, and what they may do. */
import type { Caller } from '../actions/access/authenticate.ts';
import type { Visitor, WithCookies } from '../actions/people/person-calls.ts';
import type {
  AcceptInvitation,
  InvitationShown,
  InvitationsAnswer,
  JoinedAnswer,
  Me,
  MemberAnswer,
  MembersAnswer,
  NewInvitationAnswer,
  Setup,
} from '../contract/people/people.ts';
import type { Deps } from '../deps.ts';
import type { Role } from '../domain/words.ts';

interface Success {
  success: true;
}

export interface PeopleActions {
  getMe(deps: Deps, caller: Caller): Promise<Me>;
  isSetupNeeded(deps: Deps): Promise<{ needed: boolean }>;
  setUp(deps: Deps, visitor: Visitor, setup: Setup): Promise<WithCookies<JoinedAnswer>>;
  listMembers(deps: Deps, caller: Caller): Promise<MembersAnswer>;
  updateMember(deps: Deps, caller: Caller, personId: string, role: Role): Promise<MemberAnswer>;
  removeMember(deps: Deps, caller: Caller, personId: string): Promise<{ success: true }>;
  listInvitations(deps: Deps, caller: Caller): Promise<InvitationsAnswer>;
  invite(
    deps: Deps,
    caller: Caller,
    wish: { email: string; role: Role },
    base: string,
  ): Promise<NewInvitationAnswer>;
  withdrawInvitation(deps: Deps, caller: Caller, id: string): Promise<{ success: true }>;
  lookAtInvitation(deps: Deps, token: string): Promise<InvitationShown>;
  acceptInvitation(
    deps: Deps,
    visitor: Visitor,
    request: AcceptInvitation,
  ): Promise<WithCookies<JoinedAnswer>>;
  signIn(
    deps: Deps,
    visitor: Visitor,
    request: { email: string; password: string; remember: boolean },
  ): Promise<WithCookies<{ success: true; codeNeeded: boolean }>>;
  enterCode(
    deps: Deps,
    visitor: Visitor,
    kind: 'totp' | 'backup-code',
    code: { code: string; trustDevice: boolean },
  ): Promise<WithCookies<Success>>;
  signOut(deps: Deps, visitor: Visitor): Promise<WithCookies<Success>>;
  endOtherSessions(deps: Deps, visitor: Visitor): Promise<WithCookies<Success>>;
  renamePerson(deps: Deps, visitor: Visitor, name: string): Promise<WithCookies<Success>>;
  changePassword(
    deps: Deps,
    visitor: Visitor,
    request: { currentPassword: string; newPassword: string },
  ): Promise<WithCookies<Success>>;
  beginCodes(
    deps: Deps,
    visitor: Visitor,
    password: string,
  ): Promise<WithCookies<{ uri: string; backupCodes: string[] }>>;
  endCodes(deps: Deps, visitor: Visitor, password: string): Promise<WithCookies<Success>>;
  newBackupCodes(
    deps: Deps,
    visitor: Visitor,
    password: string,
  ): Promise<WithCookies<{ backupCodes: string[] }>>;
  renewSession(deps: Deps, visitor: Visitor): Promise<readonly string[]>;
}
