/** What is still to go from some lines, as far as it is known: what waits, and what running campaigns will bring. */
import type { Deps } from '../../deps.ts';
import { waitMs } from '../../domain/campaign/campaign.ts';
import { defaultWay } from '../../domain/campaign/default-way.ts';
import { windowFor } from '../../domain/campaign/schedule.ts';
import { type Group, idOfOneMadeAt, type Next } from '../../domain/drain.ts';
import { priorityIndex } from '../../domain/plan.ts';
import { smsSegments } from '../../domain/segments.ts';
import { nextOpening } from '../../domain/window.ts';
import {
  type ComingCampaign,
  type ComingGroup,
  readComingCampaigns,
  readComingGroups,
  readWaitingGroups,
} from '../../store/lines/line-outlook.ts';
import { isUp } from '../campaigns/line-turns.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';

/** A group as it lies on a line; `isPinned`: no other line may take it; `isToCome`: its messages are not made yet. */
export type Lying = Group & { isPinned: boolean; isToCome: boolean };

export interface LineFuture {
  /** By line. */
  groups: Map<string, Lying[]>;
  /** False: counted by the hour, because it is so much. */
  isExact: boolean;
}

const MOST_GROUPS = 20_000;

export async function readFuture(
  { database, clock }: Deps,
  snapshot: WorkspaceSnapshot,
  lineIds: readonly string[],
): Promise<LineFuture> {
  const { workspaceId } = snapshot.workspace;
  const { groups: waiting, isExact } = await readWaitingGroups(database, workspaceId, lineIds, MOST_GROUPS);
  const campaigns = await readComingCampaigns(database, workspaceId, lineIds);
  const campaignIds = campaigns.map(({ id }) => id);
  const coming = await readComingGroups(database, workspaceId, campaignIds, lineIds, MOST_GROUPS + 1);
  const future: LineFuture = {
    groups: new Map(lineIds.map((id) => [id, []])),
    isExact: isExact && coming.length <= MOST_GROUPS,
  };
  const ways = new Map(campaigns.map((campaign) => [campaign.id, new Ways(snapshot, campaign, clock.now())]));
  for (const { lineId, campaignId, stepKey, linePinned, text, ...group } of waiting) {
    const followedBy = stepKey === null ? null : (ways.get(campaignId ?? '')?.after(stepKey) ?? null);
    const gaps = text === null ? 1 : smsSegments(text);
    future.groups.get(lineId)?.push({ ...group, gaps, followedBy, isPinned: linePinned, isToCome: false });
  }
  for (const own of ways.values()) {
    const groups = coming.filter(({ campaignId }) => campaignId === own.campaign.id);
    for (const { lineId, group } of own.coming(groups))
      future.groups.get(lineId)?.push({ ...group, isPinned: false, isToCome: true });
  }
  return future;
}

/** The ways of one campaign's leads, of whom nothing more is known. */
class Ways {
  readonly campaign: ComingCampaign;
  readonly #snapshot: WorkspaceSnapshot;
  readonly #now: number;
  readonly #known = new Map<number, Next | null>();

  constructor(snapshot: WorkspaceSnapshot, campaign: ComingCampaign, now: number) {
    this.campaign = campaign;
    this.#snapshot = snapshot;
    this.#now = now;
  }

  after(stepKey: string): Next | null {
    const place = this.#placeOf(stepKey);
    return place === null ? null : this.#next(place);
  }

  /** Leads without a line take turns, as they will. */
  coming(groups: readonly ComingGroup[]): { lineId: string; group: Group }[] {
    const { lineIds, nextLine, toEnter, steps } = this.campaign;
    const up = lineIds.filter((id) => this.#snapshot.lines.some((line) => line.id === id && isUp(line)));
    let turn = up.length === 0 ? 0 : nextLine % up.length;
    const [first] = steps;
    const entering: ComingGroup[] =
      toEnter === 0 || first === undefined
        ? []
        : [
            {
              campaignId: this.campaign.id,
              lineId: null,
              stepKey: null,
              nextStepKey: null,
              lookAt: this.#now + waitMs(first.wait),
              sentAt: null,
              count: toEnter,
            },
          ];
    return [...groups, ...entering].flatMap((coming) => {
      const made = this.#make(coming);
      if (made === null) return [];
      if (coming.lineId !== null) return [{ lineId: coming.lineId, group: made }];
      const start = turn;
      turn = up.length === 0 ? 0 : (turn + made.count) % up.length;
      return up.flatMap((lineId, place) => {
        const later = (place - start + up.length) % up.length;
        const count = Math.floor((made.count - later - 1) / up.length) + 1;
        return count > 0 ? [{ lineId, group: { ...made, count } }] : [];
      });
    });
  }

  #make({ stepKey, nextStepKey, lookAt, sentAt, count }: ComingGroup): Group | null {
    const { steps, startedAt } = this.campaign;
    let place = nextStepKey === null ? null : this.#placeOf(nextStepKey);
    let dueAt = lookAt;
    if (place === null && stepKey === null) place = steps.length === 0 ? null : 0;
    else if (place === null && stepKey !== null) {
      const at = this.#placeOf(stepKey);
      const way = at === null ? null : defaultWay(steps, at);
      place = way?.place ?? null;
      dueAt = (sentAt ?? lookAt) + (way?.afterMs ?? 0);
    }
    if (place === null) return null;
    const message = this.#message(place);
    const wanted = Math.max(dueAt, this.#now);
    return {
      ...message,
      id: idOfOneMadeAt(wanted),
      // A window that never opens is dealt with when its turn comes.
      dueAt: message.window === null ? wanted : (nextOpening(message.window, wanted) ?? wanted),
      campaignStartedAt: startedAt,
      firstTouch: stepKey === null,
      count,
      followedBy: this.#next(place),
    };
  }

  #next(place: number): Next | null {
    const known = this.#known.get(place);
    if (known !== undefined) return known;
    const way = defaultWay(this.campaign.steps, place);
    const next: Next | null =
      way === null
        ? null
        : { ...this.#message(way.place), afterMs: way.afterMs, followedBy: this.#next(way.place) };
    this.#known.set(place, next);
    return next;
  }

  #message(place: number): Pick<Group, 'priority' | 'window' | 'gaps'> {
    const { schedule, newLeadsFirst, messageType, steps } = this.campaign;
    const text = steps[place]?.message ?? '';
    return {
      priority: priorityIndex(newLeadsFirst && place > 0 ? 'campaign_follow_up' : 'campaign'),
      window: windowFor(schedule, null, this.#snapshot.workspace.timezone),
      gaps: messageType === 'sms' ? smsSegments(text) : 1,
    };
  }

  #placeOf(key: string): number | null {
    const place = this.campaign.steps.findIndex((step) => step.key === key);
    return place < 0 ? null : place;
  }
}
