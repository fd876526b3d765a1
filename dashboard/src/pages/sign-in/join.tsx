import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { InvitationShown } from '@trunkline/sdk';
import { api } from '../../api.ts';
import { chooseWorkspace } from '../../lib/workspace.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { NameField, NewPasswordField } from './account-fields.tsx';
import { Entrance, EntranceForm } from './entrance.tsx';

const route = getRouteApi('/join');

/** By the link of an invitation. */
export function JoinPage() {
  const { token } = route.useSearch();
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => api.lookAtInvitation({ body: { token } }),
    retry: false,
  });
  if (invitation.isPending) {
    return (
      <Entrance title="Join a workspace">
        <SkeletonRows rows={4} />
      </Entrance>
    );
  }
  if (invitation.isError) {
    return (
      <Entrance title="Join a workspace">
        <ErrorState error={invitation.error} onRetry={() => void invitation.refetch()} />
        <Button asChild variant="link">
          <Link to="/sign-in" search={{}}>
            Sign in
          </Link>
        </Button>
      </Entrance>
    );
  }
  return <Join token={token} invitation={invitation.data} />;
}

function Join({ token, invitation }: { token: string; invitation: InvitationShown }) {
  const { workspaceName, email, role, invitedBy, expiresAt, hasAccount } = invitation;
  const accept = async (account: { name: string; password: string } | null) => {
    const { workspaceId } = await api.acceptInvitation({ body: { token, ...account } });
    // There, and not in the workspace of before.
    chooseWorkspace(workspaceId);
  };
  return (
    <Entrance title={`Join ${workspaceName}`}>
      <p className="text-muted-foreground">
        {invitedBy} invites you as {role}. The invitation is good until <Time at={expiresAt} />.
      </p>
      {hasAccount ? (
        <>
          <p>There is an account with {email}. Sign in with it, come back here, and join with one click.</p>
          <EntranceForm action={`Join as ${email}`} onSubmit={() => accept(null)}>
            {null}
          </EntranceForm>
          <Button asChild>
            <Link to="/sign-in" search={{ next: `/join?token=${encodeURIComponent(token)}` }}>
              Sign in first
            </Link>
          </Button>
        </>
      ) : (
        <EntranceForm
          action="Join"
          onSubmit={(field) => accept({ name: field('name'), password: field('newPassword') })}
        >
          <Field label="Email">
            <Input name="email" type="email" autoComplete="username" value={email} readOnly />
          </Field>
          <NameField />
          <NewPasswordField />
        </EntranceForm>
      )}
    </Entrance>
  );
}
