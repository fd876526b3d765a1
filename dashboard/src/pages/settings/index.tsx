import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Page } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { type SettingsTab, TABS } from './routes.tsx';

const route = getRouteApi('/shell/settings');

/** Each panel is loaded when it is first shown. */
const PANELS = {
  workspace: lazy(async () => ({ default: (await import('./workspace-panel.tsx')).WorkspacePanel })),
  keys: lazy(async () => ({ default: (await import('./keys-panel.tsx')).KeysPanel })),
  webhooks: lazy(async () => ({ default: (await import('./webhooks-panel.tsx')).WebhooksPanel })),
  fallback: lazy(async () => ({ default: (await import('./fallback-panel.tsx')).FallbackPanel })),
  members: lazy(async () => ({ default: (await import('./members-panel.tsx')).MembersPanel })),
  account: lazy(async () => ({ default: (await import('./account-panel.tsx')).AccountPanel })),
  log: lazy(async () => ({ default: (await import('./audit-panel.tsx')).AuditPanel })),
} satisfies Record<SettingsTab, unknown>;

export function SettingsPage() {
  const { tab = 'workspace' } = route.useSearch();
  const navigate = route.useNavigate();
  const Panel = PANELS[tab];
  return (
    <Page title="Settings">
      <Tabs
        label="Settings"
        value={tab}
        onChange={(value) => void navigate({ search: { tab: value as SettingsTab } })}
        tabs={TABS}
      >
        <TabPanel value={tab}>
          <Suspense fallback={<SkeletonRows rows={5} />}>
            <Panel />
          </Suspense>
        </TabPanel>
      </Tabs>
    </Page>
  );
}
