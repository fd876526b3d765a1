/** What the routes can ask about leads, their lists, their availability, and whom not to contact. */
import type { Caller } from '../actions/access/authenticate.ts';
import type { KeyedAnswer, KeyedRequest } from '../actions/idempotency.ts';
import type { LeadsAnswered, SavingTold } from '../actions/leads/save-leads.ts';
import type { LeadCampaignsAnswer } from '../contract/campaigns/campaigns.ts';
import type {
  AskedAddress,
  AvailabilityJobAnswer,
  CheckAddressAnswer,
  CheckedAddress,
  CheckLeadAnswer,
  LeadsCheckedAnswer,
  ReachContactAnswer,
} from '../contract/leads/availability.ts';
import type {
  AddDnc,
  DncEntriesAnswer,
  DncEntryAnswer,
  DncLedgerAnswer,
  ListDnc,
  ReadDncHistory,
} from '../contract/leads/dnc.ts';
import type { ChangedLeadsAnswer, ChangeLeads } from '../contract/leads/lead-changes.ts';
import type { ListLeads } from '../contract/leads/lead-queries.ts';
import type { LeadChanges, SaveLeads } from '../contract/leads/lead-requests.ts';
import type { LeadAnswer, LeadsAnswer } from '../contract/leads/leads.ts';
import type { ListAnswer, ListChanges, ListsAnswer } from '../contract/leads/lists.ts';
import type { TagsAnswer } from '../contract/leads/tags.ts';
import type { Deps } from '../deps.ts';

export interface LeadActions {
  readDncHistory(deps: Deps, caller: Caller, asked: ReadDncHistory): Promise<DncLedgerAnswer>;
  listDnc(deps: Deps, caller: Caller, query: ListDnc): Promise<DncEntriesAnswer>;
  addDnc(deps: Deps, caller: Caller, request: AddDnc): Promise<DncEntryAnswer>;
  removeDnc(
    deps: Deps,
    caller: Caller,
    removal: { id: string; reason: string | null },
  ): Promise<{ success: true }>;

  /** The checks end by throwing what `gone` gives for its reason, once it fires. */
  checkAddress(
    deps: Deps,
    caller: Caller,
    asked: AskedAddress,
    gone: AbortSignal,
  ): Promise<CheckAddressAnswer>;
  checkAddresses(
    deps: Deps,
    caller: Caller,
    addresses: readonly AskedAddress[],
    gone: AbortSignal,
  ): Promise<CheckedAddress[]>;
  reachContact(
    deps: Deps,
    caller: Caller,
    addresses: readonly AskedAddress[],
    gone: AbortSignal,
  ): Promise<ReachContactAnswer>;
  /** `id` null: no id of ours. */
  checkLead(deps: Deps, caller: Caller, id: string | null, gone: AbortSignal): Promise<CheckLeadAnswer>;
  checkLeads(
    deps: Deps,
    caller: Caller,
    which: { leadIds: string[] } | { listId: string },
    gone: AbortSignal,
  ): Promise<LeadsCheckedAnswer>;
  getAvailabilityJob(deps: Deps, caller: Caller, jobId: string): Promise<AvailabilityJobAnswer>;

  getLead(deps: Deps, caller: Caller, id: string): Promise<LeadAnswer>;
  listLeads(deps: Deps, caller: Caller, query: ListLeads): Promise<LeadsAnswer>;
  saveLeads(
    deps: Deps,
    caller: Caller,
    request: SaveLeads,
    options: KeyedRequest & SavingTold,
  ): Promise<KeyedAnswer<LeadsAnswered>>;
  dryRunLeads(
    deps: Deps,
    caller: Caller,
    request: SaveLeads,
  ): Promise<{ newCount: number; duplicateCount: number }>;
  updateLead(deps: Deps, caller: Caller, id: string, changes: LeadChanges): Promise<LeadAnswer>;
  changeLeads(deps: Deps, caller: Caller, request: ChangeLeads): Promise<ChangedLeadsAnswer>;
  listTags(deps: Deps, caller: Caller): Promise<TagsAnswer>;
  listLeadCampaigns(deps: Deps, caller: Caller, leadId: string): Promise<LeadCampaignsAnswer>;
  deleteLeads(deps: Deps, caller: Caller, ids: readonly string[]): Promise<{ deletedCount: number }>;
  /** Refuses at once; then text as it is asked for. */
  exportLeads(
    deps: Deps,
    caller: Caller,
    filters: Pick<ListLeads, 'listId' | 'tag'>,
  ): Promise<AsyncIterable<string>>;
  listLists(deps: Deps, caller: Caller): Promise<ListsAnswer>;
  getList(deps: Deps, caller: Caller, id: string): Promise<ListAnswer>;
  createList(deps: Deps, caller: Caller, request: Required<ListChanges>): Promise<ListAnswer>;
  updateList(deps: Deps, caller: Caller, id: string, changes: ListChanges): Promise<ListAnswer>;
  deleteList(deps: Deps, caller: Caller, id: string): Promise<{ success: true }>;
}
