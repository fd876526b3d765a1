/** Campaigns as a caller of the API makes and steers them. */
import { expect } from 'vitest';
import type {
  CampaignAnswer,
  CampaignLeadsAnswer,
  ChangedCampaignAnswer,
  EnteredLeadAnswer,
} from '../src/contract/campaigns/campaigns.ts';
import type { Answer } from './client.ts';
import type { Workspace } from './workspaces.ts';

export interface Refused {
  error: string;
  code: string;
  param?: string;
  reason?: string;
  problems?: { param: string; error: string }[];
}

export const STEPS = [
  { key: 'hello', message: 'Hi {firstName|there}' },
  { key: 'again', message: 'Still there?', wait: { value: 2, unit: 'd' } },
];

export interface CampaignCalls {
  create(body?: object, headers?: Record<string, string>): Promise<Answer<ChangedCampaignAnswer & Refused>>;
  change(id: string, body: object): Promise<Answer<ChangedCampaignAnswer & Refused>>;
  find(id: string): Promise<CampaignAnswer>;
  move(id: string, to: string): Promise<Answer<CampaignAnswer & Refused>>;
  remove(id: string): Promise<Answer<Refused>>;
  leads(id: string, query?: string): Promise<CampaignLeadsAnswer>;
  enter(
    id: string,
    body: object,
    headers?: Record<string, string>,
  ): Promise<Answer<EnteredLeadAnswer & Refused>>;
  /** With two steps, on all lines of the workspace, unless told otherwise. */
  draft(body?: object): Promise<string>;
  launched(body?: object): Promise<string>;
}

export function campaignCalls(ws: Workspace): CampaignCalls {
  const lineIds = ws.lines.map(({ _id }) => _id);
  const calls: CampaignCalls = {
    create: (body = {}, headers = {}) =>
      ws.call('POST', '/api/campaigns', { name: 'Spring', ...body }, headers),
    change: (id, body) => ws.call('PATCH', `/api/campaigns/${id}`, body),
    find: async (id) => (await ws.call<CampaignAnswer>('GET', `/api/campaigns/${id}`)).body,
    move: (id, to) => ws.call('POST', `/api/campaigns/${id}/${to}`),
    remove: (id) => ws.call('DELETE', `/api/campaigns/${id}`),
    leads: async (id, query = '') =>
      (await ws.call<CampaignLeadsAnswer>('GET', `/api/campaigns/${id}/leads${query}`)).body,
    enter: (id, body, headers = {}) => ws.call('POST', `/api/campaigns/${id}/leads`, body, headers),
    async draft(body = {}) {
      const made = await calls.create({ steps: STEPS, lineIds, ...body });
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      return made.body.campaign._id;
    },
    async launched(body = {}) {
      const id = await calls.draft(body);
      const { status, body: answer } = await calls.move(id, 'launch');
      expect(status, JSON.stringify(answer)).toBe(200);
      return id;
    },
  };
  return calls;
}
