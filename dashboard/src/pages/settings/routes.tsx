import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/route.tsx';

export const TABS = [
  { value: 'workspace', title: 'Workspace' },
  { value: 'keys', title: 'API keys' },
  { value: 'webhooks', title: 'Webhooks' },
  { value: 'fallback', title: 'Fallback SMS' },
  { value: 'members', title: 'Members' },
  { value: 'account', title: 'Your account' },
  { value: 'log', title: 'Audit log' },
] as const;
export type SettingsTab = (typeof TABS)[number]['value'];

export interface SettingsSearch {
  tab?: SettingsTab;
  /** The webhook whose log is open. */
  webhook?: string;
  /** Of that log. */
  status?: 'pending' | 'delivered' | 'exhausted';
  /** Of the audit log. */
  entity?: string;
}

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  validateSearch: (given: Record<string, unknown>): SettingsSearch => {
    const tab = TABS.find(({ value }) => value === given.tab)?.value;
    const status = (['pending', 'delivered', 'exhausted'] as const).find((each) => each === given.status);
    return {
      ...(tab === undefined ? {} : { tab }),
      ...(typeof given.webhook === 'string' ? { webhook: given.webhook } : {}),
      ...(status === undefined ? {} : { status }),
      ...(typeof given.entity === 'string' ? { entity: given.entity } : {}),
    };
  },
  component: lazyRouteComponent(() => import('./index.tsx'), 'SettingsPage'),
});

export const settingsRoutes = [settingsRoute] as const;
