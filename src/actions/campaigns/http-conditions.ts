/**
 * HTTP conditions: a server of the workspace's choice is asked about a lead, behind the guard, and its JSON is compared.
 * Whatever that server or the network does is an answer of its own kind, which holds the step: nothing is guessed.
 *
 * Answers are kept in the database, not in memory: the pass that makes a step and the send that checks it again may be
 * different processes, and how often a server failed in a row must outlive them.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Deps } from '../../deps.ts';
import { conditionsOf } from '../../domain/campaign/campaign.ts';
import { type HttpAnswer, holdsOfAnswer } from '../../domain/campaign/conditions.ts';
import { fillQuestion, hostOf } from '../../domain/campaign/fill-question.ts';
import type { Asked } from '../../domain/campaign/next-step.ts';
import { type TemplateValues, templateValues } from '../../domain/template.ts';
import { FetchRefused, type GuardedResponse } from '../../lib/guarded-fetch.ts';
import { type CampaignRow, holdCampaign } from '../../store/campaigns/campaigns.ts';
import { countFailures, storeAnswer } from '../../store/campaigns/condition-answers.ts';
import type { LeadRow } from '../../store/leads/leads.ts';
import { openHeaders } from './condition-headers.ts';
import { headersOf } from './merge-headers.ts';

type AskDeps = Pick<Deps, 'clock' | 'web' | 'secrets' | 'database' | 'fetches'>;

/** Whose condition it is, and about whom it asks. */
export interface About {
  campaign: Pick<CampaignRow, 'id' | 'secret'>;
  lead: LeadRow;
}

/** From the first byte out to the last one in. */
export const ANSWER_WITHIN_MS = 10_000;
const MAX_ANSWER_BYTES = 256 * 1024;
/** Of a GET; a POST that leads elsewhere is no answer. */
const REDIRECTS = 3;
/** At once: a server that hangs must not take the places of everybody's sends. */
const QUESTIONS_PER_WORKSPACE = 20;
const MINUTE_MS = 60_000;
/** After one failure, two in a row, and so on; the last one ever after. */
const PAUSES_MS = [1, 2, 5, 15, 60].map((minutes) => minutes * MINUTE_MS);

/**
 * Asks now, and keeps the answer. `busy`: the workspace asks as much as it may; come back a little later. `changed`: its
 * condition is another by now, and to be asked instead. Two who ask the same at once get one answer.
 */
export async function askCondition(
  deps: AskDeps,
  workspaceId: string,
  about: About,
  condition: Asked,
): Promise<HttpAnswer | 'busy' | 'changed'> {
  const { questions } = deps.fetches;
  const key = `${workspaceId} ${about.campaign.id} ${about.lead.id} ${condition.id}`;
  const underWay = questions.get(key);
  if (underWay !== undefined) return underWay;
  const asking = inPlace(deps, workspaceId, () => askAndKeep(deps, workspaceId, about, condition));
  if (asking === null) return 'busy';
  const kept = asking.finally(() => questions.delete(key));
  questions.set(key, kept);
  return kept;
}

/** In one of the places that a workspace has for questions to servers, whoever asks; null: none is free. */
export function inPlace<Answer>(
  { fetches: { questionsOfWorkspace } }: Pick<Deps, 'fetches'>,
  workspaceId: string,
  ask: () => Promise<Answer>,
): Promise<Answer> | null {
  const count = questionsOfWorkspace.get(workspaceId) ?? 0;
  if (count >= QUESTIONS_PER_WORKSPACE) return null;
  questionsOfWorkspace.set(workspaceId, count + 1);
  return ask().finally(() => {
    const left = (questionsOfWorkspace.get(workspaceId) ?? 1) - 1;
    if (left === 0) questionsOfWorkspace.delete(workspaceId);
    else questionsOfWorkspace.set(workspaceId, left);
  });
}

async function askAndKeep(
  deps: AskDeps,
  workspaceId: string,
  about: About,
  condition: Asked,
): Promise<HttpAnswer | 'changed'> {
  const question = { campaignId: about.campaign.id, leadId: about.lead.id, conditionId: condition.id };
  const { id, secret } = about.campaign;
  const headers = headersOf(openHeaders(deps.secrets, workspaceId, id, secret), condition.id);
  const found = await askServer(deps, headers, about.lead, condition);
  const now = deps.clock.now();
  if (!('failed' in found)) {
    const answer = { holds: holdsOfAnswer(condition, found.json) };
    return keep(deps, workspaceId, about, condition, answer, 0, now);
  }
  const failures = (await countFailures(deps.database, workspaceId, question)) + 1;
  const failed = `The question to ${hostOf(condition.url)} failed: ${found.failed}`;
  const answer = { failed, retryAt: now + pauseAfter(failures) };
  return keep(deps, workspaceId, about, condition, answer, failures, now);
}

/** Unless the campaign was edited while its server was waited for: then it is an answer to something else. */
function keep(
  deps: AskDeps,
  workspaceId: string,
  { campaign, lead }: About,
  condition: Asked,
  answer: HttpAnswer,
  failures: number,
  now: number,
): Promise<HttpAnswer | 'changed'> {
  return deps.database.transaction(async (tx) => {
    const current = await holdCampaign(tx, workspaceId, campaign.id);
    const own = conditionsOf(current?.steps ?? []).find(({ id }) => id === condition.id);
    const isSame = isDeepStrictEqual(own, condition) && sameSecret(current?.secret, campaign.secret);
    if (!isSame) return 'changed';
    const question = { campaignId: campaign.id, leadId: lead.id, conditionId: condition.id };
    await storeAnswer(tx, workspaceId, question, answer, failures, now);
    return answer;
  });
}

function sameSecret(one: Buffer | null | undefined, other: Buffer | null): boolean {
  return one == null || other === null ? (one ?? null) === other : one.equals(other);
}

export function pauseAfter(failures: number): number {
  return PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1] ?? MINUTE_MS;
}

type Found = { json: unknown } | { failed: string };

/** Nothing is kept. */
export async function askServer(
  deps: Pick<Deps, 'web'>,
  given: Readonly<Record<string, string>>,
  lead: LeadRow,
  condition: Asked,
): Promise<Found> {
  const contentType = headerOf(given, 'content-type');
  const filled = fillQuestion(condition, contentType, questionValues(lead));
  if ('error' in filled) return { failed: filled.error };
  const headers: Record<string, string> = { ...given };
  if (headerOf(given, 'accept') === null) headers.accept = 'application/json';
  if (headerOf(given, 'user-agent') === null) headers['user-agent'] = 'Trunkline';
  if (filled.contentType !== null) headers['content-type'] = filled.contentType;
  try {
    const response = await deps.web.fetch(filled.url, {
      method: condition.method,
      headers,
      ...(filled.body === null ? {} : { body: filled.body }),
      timeoutMs: ANSWER_WITHIN_MS,
      redirects: REDIRECTS,
      maxBytes: MAX_ANSWER_BYTES,
    });
    return await readAnswer(response);
  } catch (error) {
    return { failed: sentenceOf(error) };
  }
}

/** Besides what messages may name: by what other services know the lead. */
function questionValues(lead: LeadRow): TemplateValues {
  const { id: leadId, externalId, hsContactId, ghlContactId } = lead;
  return { ...templateValues(lead, null), leadId, externalId, hsContactId, ghlContactId };
}

async function readAnswer({ status, body }: GuardedResponse): Promise<Found> {
  if (status < 200 || status >= 300) {
    body.destroy();
    return { failed: `it answers ${status}` };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8').trim();
  // As after a 204: there is nothing, which is what `not_exists` asks for.
  if (text === '') return { json: null };
  try {
    return { json: JSON.parse(text) };
  } catch {
    return { failed: 'its answer is not JSON' };
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof FetchRefused) {
    switch (error.code) {
      case 'timeout':
        return `no complete answer came within ${ANSWER_WITHIN_MS / 1000} seconds`;
      case 'too_large':
        return `its answer is larger than ${MAX_ANSWER_BYTES / 1024} KB`;
      default:
        return error.message;
    }
  }
  return error instanceof Error && error.message !== '' ? error.message : 'the connection broke off';
}

function headerOf(headers: Readonly<Record<string, string>>, name: string): string | null {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1] ?? null;
}
