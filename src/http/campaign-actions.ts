/** What the routes can ask of the application about campaigns: a part of the list in actions.ts. */
import type { Caller } from '../actions/access/authenticate.ts';
import type { Proposal } from '../actions/campaigns/check-changes.ts';
import type { Simulated } from '../actions/campaigns/simulate-campaign.ts';
import type { CampaignMove } from '../actions/campaigns/steer-campaigns.ts';
import type { KeyedAnswer, KeyedRequest } from '../actions/idempotency.ts';
import type { CampaignAnalyticsAnswer } from '../contract/campaigns/campaign-analytics.ts';
import type {
  CampaignAudienceAnswer,
  CampaignCheckAnswer,
  CampaignProgressAnswer,
} from '../contract/campaigns/campaign-progress.ts';
import type {
  CampaignChanges,
  CreateCampaign,
  EnterTarget,
  EvaluateConditions,
  ListCampaignLeads,
  ListCampaigns,
} from '../contract/campaigns/campaign-requests.ts';
import type {
  CampaignAnswer,
  CampaignLeadAnswer,
  CampaignLeadsAnswer,
  CampaignsAnswer,
  ChangedCampaignAnswer,
  ConditionsEvaluatedAnswer,
  EnteredLeadAnswer,
} from '../contract/campaigns/campaigns.ts';
import type {
  ListSimulated,
  ReadCalendar,
  SimulatedMessages,
  SimulationAnswer,
  SimulationCalendar,
  SimulationsAnswer,
} from '../contract/campaigns/simulations.ts';
import type { Deps } from '../deps.ts';
import type { SimulationWish } from '../domain/simulation.ts';

export interface CampaignActions {
  listCampaigns(deps: Deps, caller: Caller, asked: ListCampaigns): Promise<CampaignsAnswer>;
  getCampaign(deps: Deps, caller: Caller, id: string): Promise<CampaignAnswer>;
  createCampaign(
    deps: Deps,
    caller: Caller,
    request: CreateCampaign,
    options: KeyedRequest & { warnings: string[] },
  ): Promise<KeyedAnswer<CampaignAnswer>>;
  updateCampaign(
    deps: Deps,
    caller: Caller,
    id: string,
    changes: CampaignChanges,
  ): Promise<ChangedCampaignAnswer>;
  deleteCampaign(deps: Deps, caller: Caller, id: string): Promise<{ success: true }>;
  steerCampaign(deps: Deps, caller: Caller, id: string, move: CampaignMove): Promise<CampaignAnswer>;
  readCampaignAnalytics(deps: Deps, caller: Caller, id: string): Promise<CampaignAnalyticsAnswer>;
  readCampaignProgress(deps: Deps, caller: Caller, id: string): Promise<CampaignProgressAnswer>;
  readCampaignAudience(
    deps: Deps,
    caller: Caller,
    id: string,
    listId: string | null,
  ): Promise<CampaignAudienceAnswer>;
  checkCampaignChanges(deps: Deps, caller: Caller, id: string, asked: Proposal): Promise<CampaignCheckAnswer>;
  duplicateCampaign(
    deps: Deps,
    caller: Caller,
    id: string,
    options: KeyedRequest,
  ): Promise<KeyedAnswer<CampaignAnswer>>;
  addListToCampaign(deps: Deps, caller: Caller, id: string, listId: string): Promise<CampaignAnswer>;
  listSimulations(
    deps: Deps,
    caller: Caller,
    campaignId: string,
    asked: { cursor: string | null; limit: number },
  ): Promise<SimulationsAnswer>;
  readSimulationCalendar(
    deps: Deps,
    caller: Caller,
    campaignId: string,
    id: string,
    asked: ReadCalendar,
  ): Promise<SimulationCalendar>;
  listCampaignLeads(
    deps: Deps,
    caller: Caller,
    id: string,
    asked: ListCampaignLeads,
  ): Promise<CampaignLeadsAnswer>;
  stopCampaignLead(deps: Deps, caller: Caller, id: string, leadId: string): Promise<CampaignLeadAnswer>;
  simulateCampaign(
    deps: Deps,
    caller: Caller,
    campaignId: string,
    asked: SimulationWish,
    options: { waitMs: number; gone: AbortSignal; warnings: string[] },
  ): Promise<Simulated>;
  getSimulation(deps: Deps, caller: Caller, campaignId: string, id: string): Promise<SimulationAnswer>;
  deleteSimulation(deps: Deps, caller: Caller, campaignId: string, id: string): Promise<{ success: true }>;
  listSimulated(
    deps: Deps,
    caller: Caller,
    campaignId: string,
    id: string,
    asked: ListSimulated,
  ): Promise<SimulatedMessages>;
  enterLead(
    deps: Deps,
    caller: Caller,
    id: string,
    target: EnterTarget,
    options: KeyedRequest & { warnings: string[] },
  ): Promise<KeyedAnswer<EnteredLeadAnswer>>;
  evaluateConditions(
    deps: Deps,
    caller: Caller,
    request: EvaluateConditions,
  ): Promise<ConditionsEvaluatedAnswer>;
}
