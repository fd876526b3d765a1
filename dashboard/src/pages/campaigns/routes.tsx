import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/route.tsx';
import type { CampaignStatus, LeadStatus } from './queries.ts';

const STATUSES: readonly CampaignStatus[] = ['draft', 'active', 'paused', 'completed', 'archived'];
const LEAD_STATUSES: readonly LeadStatus[] = ['active', 'held', 'finished', 'stopped', 'failed'];
const TABS = ['steps', 'simulate', 'progress', 'leads', 'figures'] as const;
export type CampaignTab = (typeof TABS)[number];

export interface CampaignSearch {
  /** Absent: the steps of a draft, the progress of any other. */
  tab?: CampaignTab | undefined;
  /** The key of the step that is open. */
  step?: string | undefined;
  simulation?: string | undefined;
  leads?: LeadStatus | undefined;
  lead?: string | undefined;
}

const one = <Word extends string>(words: readonly Word[], value: unknown) =>
  words.find((word) => word === value);
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

const campaignsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/campaigns',
  validateSearch: (search): { status?: CampaignStatus | undefined } => ({
    status: one(STATUSES, search.status),
  }),
  component: lazyRouteComponent(() => import('./index.tsx'), 'CampaignsPage'),
});

const campaignRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/campaigns/$campaignId',
  validateSearch: (search): CampaignSearch => ({
    tab: one(TABS, search.tab),
    step: text(search.step),
    simulation: text(search.simulation),
    leads: one(LEAD_STATUSES, search.leads),
    lead: text(search.lead),
  }),
  component: lazyRouteComponent(() => import('./campaign-page.tsx'), 'CampaignPage'),
});

export const campaignsRoutes = [campaignsRoute, campaignRoute] as const;
