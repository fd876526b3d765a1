/** One campaign: its steps, what they would come to, how far it is, who is in it, its figures. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { CampaignAnswer } from '@trunkline/sdk';
import { ArrowLeft } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { StatusBadge } from '../../ui/badge.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { Builder } from './builder/builder.tsx';
import { CampaignActions } from './campaign-actions.tsx';
import { LeadsTab } from './leads-tab.tsx';
import { ProgressTab } from './progress-tab.tsx';
import { campaignQuery } from './queries.ts';
import type { CampaignTab } from './routes.tsx';
import { SimulateTab } from './simulate/simulate-tab.tsx';

const FiguresTab = lazy(async () => ({ default: (await import('./figures-tab.tsx')).FiguresTab }));

export function CampaignPage() {
  const { campaignId } = useParams({ from: '/shell/campaigns/$campaignId' });
  const query = useQuery(campaignQuery(campaignId));
  if (query.isPending) {
    return (
      <Page title="Campaign">
        <SkeletonRows className="h-14" />
      </Page>
    );
  }
  if (query.isError && query.data === undefined) {
    return (
      <Page title="Campaign" actions={<AllCampaigns />}>
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      </Page>
    );
  }
  // Another campaign is another page: nothing that was typed comes along.
  return <Campaign key={campaignId} answer={query.data} />;
}

function Campaign({ answer }: { answer: CampaignAnswer }) {
  const { campaign } = answer;
  const { tab: asked, ...search } = useSearch({ from: '/shell/campaigns/$campaignId' });
  const navigate = useNavigate();
  const tab = asked ?? (campaign.status === 'draft' ? 'steps' : 'progress');
  const show = (value: string) =>
    void navigate({
      to: '/campaigns/$campaignId',
      params: { campaignId: campaign._id },
      search: { ...search, tab: value as CampaignTab },
    });
  return (
    <Page
      title={campaign.name}
      description={
        <span className="flex flex-wrap items-center gap-2">
          <StatusBadge status={campaign.status} />
          {campaign.status === 'paused' && pauseWords(campaign.pauseReason)}
        </span>
      }
      actions={
        <>
          <AllCampaigns />
          <CampaignActions answer={answer} />
        </>
      }
    >
      <Tabs value={tab} onChange={show} label="Of this campaign" tabs={TABS}>
        <TabPanel value="steps">
          <Builder answer={answer} />
        </TabPanel>
        <TabPanel value="simulate">
          <SimulateTab answer={answer} />
        </TabPanel>
        <TabPanel value="progress">
          <ProgressTab campaign={campaign} />
        </TabPanel>
        <TabPanel value="leads">
          <LeadsTab campaign={campaign} />
        </TabPanel>
        <TabPanel value="figures">
          <Suspense fallback={<SkeletonRows />}>
            <FiguresTab campaign={campaign} />
          </Suspense>
        </TabPanel>
      </Tabs>
    </Page>
  );
}

const TABS = [
  { value: 'steps', title: 'Steps' },
  { value: 'simulate', title: 'Simulate' },
  { value: 'progress', title: 'Progress' },
  { value: 'leads', title: 'Leads' },
  { value: 'figures', title: 'Figures' },
] as const;

function AllCampaigns() {
  return (
    <Link
      to="/campaigns"
      className="inline-flex h-9 items-center gap-1.5 rounded-md px-3 font-medium hover:bg-accent"
    >
      <ArrowLeft className="size-4" aria-hidden /> All campaigns
    </Link>
  );
}

function pauseWords(reason: string | null): string {
  if (reason === 'no_line') return 'Paused by itself: none of its lines can be used.';
  return 'Nothing leaves until it is resumed.';
}
