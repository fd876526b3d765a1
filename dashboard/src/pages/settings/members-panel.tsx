import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Invitation, Member } from '@trunkline/sdk';
import { useState } from 'react';
import { api } from '../../api.ts';
import { useMay, useMe } from '../../session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { Empty } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { Loaded } from './loaded.tsx';
import { ROLES, type Role } from './roles.ts';
import { type Secret, SecretOnce } from './secret-once.tsx';

const MEMBERS = ['settings', 'members'];
const INVITATIONS = ['settings', 'invitations'];

export function MembersPanel() {
  const [isInviting, setInviting] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  const { may, why } = useMay('admin');
  const client = useQueryClient();
  // How high the list above is, nobody knows before.
  const areMembersIn = !useQuery({ queryKey: MEMBERS, queryFn: () => api.listMembers() }).isPending;
  return (
    <div className="flex flex-col gap-4">
      <Card
        title="Members"
        actions={
          <Button variant="primary" disabled={!may} title={why} onClick={() => setInviting(true)}>
            Invite somebody
          </Button>
        }
      >
        <Loaded queryKey={MEMBERS} read={() => api.listMembers()}>
          {({ members }) =>
            members.length === 0 ? (
              <Empty title="Nobody signs in here yet">Only keys open this workspace.</Empty>
            ) : (
              <ul aria-label="Members" className="divide-y">
                {members.map((member) => (
                  <MemberRow key={member.personId} member={member} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Card>
      {areMembersIn && (
        <Card title="Open invitations">
          <Loaded queryKey={INVITATIONS} rows={2} read={() => api.listInvitations()}>
            {({ invitations }) =>
              invitations.length === 0 ? (
                <p className="text-muted-foreground">Nobody is invited at the moment.</p>
              ) : (
                <ul aria-label="Open invitations" className="divide-y">
                  {invitations.map((invitation) => (
                    <InvitationRow key={invitation._id} invitation={invitation} />
                  ))}
                </ul>
              )
            }
          </Loaded>
        </Card>
      )}
      {isInviting && (
        <InviteDialog
          onClose={() => setInviting(false)}
          onMade={({ invitation, link }) => {
            setInviting(false);
            void client.invalidateQueries({ queryKey: INVITATIONS });
            setSecret({
              title: `The link for ${invitation.email}`,
              what: 'the link',
              value: link,
              note: 'No mail is sent: hand it over in a way you trust. Whoever opens it first joins, within seven days.',
            });
          }}
        />
      )}
      <SecretOnce secret={secret} onClose={() => setSecret(null)} />
    </div>
  );
}

function MemberRow({ member }: { member: Member }) {
  const { personId, name, email, role, twoFactorEnabled, joinedAt } = member;
  const me = useMe();
  const { may } = useMay('admin');
  const [isRemoving, setRemoving] = useState(false);
  const client = useQueryClient();
  const toast = useToast();
  const isMe = me.person?.id === personId;
  // Only owners make or change owners.
  const mayChange = may && (role !== 'owner' || me.role === 'owner');
  const why = mayChange ? undefined : 'Only owners change what owners are, and only admins change others.';
  const change = useMutation({
    mutationFn: (next: Role) => api.updateMember({ personId, body: { role: next } }),
    onSuccess: () => {
      toast.done(`The role of ${name} is changed`);
      if (isMe) void client.invalidateQueries({ queryKey: ['me'] });
    },
    onError: toast.failed,
    onSettled: () => client.invalidateQueries({ queryKey: MEMBERS }),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <span className="break-words">{name}</span>
          {isMe && <Badge tone="info">you</Badge>}
          {twoFactorEnabled && <Badge tone="success">signs in with a code</Badge>}
        </p>
        <p className="break-all text-muted-foreground">
          {email}, since <Time at={joinedAt} />
        </p>
      </div>
      <Field label={`Role of ${name}`} hideLabel className="w-32">
        <Select
          value={role}
          disabled={!mayChange || change.isPending}
          title={why}
          onChange={({ target }) => change.mutate(target.value as Role)}
        >
          {ROLES.map(({ role: each }) => (
            <option key={each} disabled={each === 'owner' && me.role !== 'owner'}>
              {each}
            </option>
          ))}
        </Select>
      </Field>
      <Button
        size="sm"
        disabled={!mayChange}
        title={why}
        aria-label={`Remove ${name}`}
        onClick={() => setRemoving(true)}
      >
        Remove
      </Button>
      <Confirm
        open={isRemoving}
        onOpenChange={setRemoving}
        title={`Remove ${name}?`}
        action="Remove the member"
        destructive
        onConfirm={async () => {
          await api.removeMember({ personId });
          toast.done(`${name} is removed`);
          await client.invalidateQueries({ queryKey: isMe ? ['me'] : MEMBERS });
        }}
      >
        Within a second nothing of this workspace is open to {isMe ? 'you' : name} any more. API keys stay:
        replace those {isMe ? 'you know' : `${name} may know`}.
      </Confirm>
    </li>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const { _id: id, email, role, invitedBy, expiresAt } = invitation;
  const { may, why } = useMay('admin');
  const client = useQueryClient();
  const toast = useToast();
  const withdraw = useMutation({
    mutationFn: () => api.withdrawInvitation({ id }),
    onSuccess: () => {
      toast.done(`The invitation of ${email} is withdrawn`);
    },
    onError: toast.failed,
    onSettled: () => client.invalidateQueries({ queryKey: INVITATIONS }),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium break-all">
          {email} <Badge>{role}</Badge>
        </p>
        <p className="text-muted-foreground">
          Invited by {invitedBy}, good until <Time at={expiresAt} />
        </p>
      </div>
      <Button
        size="sm"
        disabled={!may}
        title={why}
        busy={withdraw.isPending}
        aria-label={`Withdraw the invitation of ${email}`}
        onClick={() => withdraw.mutate()}
      >
        Withdraw
      </Button>
    </li>
  );
}
