import { useQueryClient } from '@tanstack/react-query';
import type { Workspace } from '@trunkline/sdk';
import { api } from '../../api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Field, Input, Select } from '../../ui/field.tsx';
import { SettingsForm } from './form.tsx';
import { Loaded } from './loaded.tsx';

const POLICIES: readonly [Workspace['lineDownPolicy'], string][] = [
  ['wait', 'wait for it: 24 hours, then they fail'],
  ['move', 'move to another line'],
  ['sms', 'go on by SMS'],
];

export function WorkspacePanel() {
  return (
    <Loaded queryKey={['settings', 'workspace']} read={() => api.getWorkspace()}>
      {(workspace) => <WorkspaceCard workspace={workspace} />}
    </Loaded>
  );
}

function WorkspaceCard({ workspace }: { workspace: Workspace }) {
  const client = useQueryClient();
  const { workspaceId, name, timezone, billingStatus, lineDownPolicy } = workspace;
  return (
    <Card title="Workspace" className="max-w-2xl">
      <SettingsForm
        action="Save"
        done="The workspace is saved"
        save={(field) =>
          api.updateWorkspace({
            body: {
              name: field('name'),
              timezone: field('timezone'),
              lineDownPolicy: field('lineDownPolicy') as Workspace['lineDownPolicy'],
            },
          })
        }
        onSaved={() => {
          void client.invalidateQueries({ queryKey: ['settings', 'workspace'] });
          void client.invalidateQueries({ queryKey: ['me'] });
        }}
      >
        <Field label="Name">
          <Input name="name" defaultValue={name} maxLength={255} required />
        </Field>
        <Field label="Time zone" hint="Of messages that name days but no zone, and of what “today” means.">
          <Select name="timezone" defaultValue={timezone}>
            {zonesWith(timezone).map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </Select>
        </Field>
        <Field label="When a line goes down, its conversations">
          <Select name="lineDownPolicy" defaultValue={lineDownPolicy}>
            {POLICIES.map(([value, title]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </Select>
        </Field>
      </SettingsForm>
      <dl className="mt-5 grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-1 border-t pt-4">
        <dt className="text-muted-foreground">Id</dt>
        <dd className="flex min-w-0 items-center gap-1">
          <code className="truncate">{workspaceId}</code>
          <CopyButton text={workspaceId} what="the id of the workspace" />
        </dd>
        <dt className="text-muted-foreground">Payment</dt>
        <dd>
          {billingStatus === 'active' ? (
            <Badge tone="success">active</Badge>
          ) : (
            <Badge tone="danger">past due: nothing can be written, messages wait</Badge>
          )}
        </dd>
      </dl>
    </Card>
  );
}

/** Those that the browser knows, UTC among them, and the one that is set. */
function zonesWith(present: string): string[] {
  return [...new Set(['UTC', present, ...Intl.supportedValuesOf('timeZone')])].sort();
}
