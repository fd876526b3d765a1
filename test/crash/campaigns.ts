/**
 * Campaigns of a run: launched one after the other while processes die, a lead after the other entered by itself, and some
 * stopped on their way. Whatever is asked is asked again, wherever a door is open, until it is answered.
 */
import { randomUUID } from 'node:crypto';
import type { LeadsAnswer } from '../../src/contract/leads/leads.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';
import { type Client, openClient } from '../client.ts';

/** What was promised of one lead. */
export interface Promised {
  campaignId: string;
  leadId: string;
  /** From when on nothing more may leave to it: when that was answered, epoch ms. */
  stoppedAt: number | null;
}

export interface CampaignsOptions {
  doors(): string[];
  apiKey: string;
  random: Random;
  lineIds: readonly string[];
  /** Launched evenly over the time. */
  lists: number;
  endsAt: number;
}

export const STEP_KEYS = ['hello', 'again', 'last'] as const;
export const WAIT_MS = 1_000;

const LEADS_PER_LIST = 60;
const BETWEEN_LEADS_MS = 300;
const SHARE_STOPPED = 0.15;
const PATIENCE_MS = 10_000;
const BEFORE_ASKING_AGAIN_MS = 50;
const TAG = 'enough';
const clock = systemClock();

export class CrashCampaigns {
  readonly promised: Promised[] = [];
  /** Refusals that no client need expect, in words. */
  readonly refusals: string[] = [];
  readonly #options: CampaignsOptions;
  #work: Promise<unknown> = Promise.resolve();
  #drafts: { id: string; leadIds: string[] }[] = [];
  #endless = '';
  #phones = 0;
  #open = true;

  constructor(options: CampaignsOptions) {
    this.#options = options;
  }

  get launched(): string[] {
    return [...new Set(this.promised.map(({ campaignId }) => campaignId))];
  }

  /** While everybody is well: lists and drafts. */
  async prepare(): Promise<void> {
    const client = this.#client();
    for (let n = 0; n < this.#options.lists; n += 1) {
      const { list } = await ask<{ list: { _id: string } }>(client, '/api/lists', { name: `List ${n}` });
      const leads = Array.from({ length: LEADS_PER_LIST }, () => this.#person());
      const { leadIds } = await ask<{ leadIds: string[] }>(client, '/api/leads', { listId: list._id, leads });
      this.#drafts.push({ id: await this.#draft(client, `Campaign ${n}`, list._id), leadIds });
    }
    this.#endless = await this.#draft(client, 'Endless', null);
    await ask(client, `/api/campaigns/${this.#endless}/launch`, {});
  }

  /** Returns at once; `stop` ends it. */
  start(): void {
    this.#work = Promise.all([this.#launchAll(), this.#enterMore(), this.#stopSome()]);
  }

  /** Nothing new; resolves when whatever was begun is answered. */
  async stop(): Promise<void> {
    this.#open = false;
    await this.#work;
  }

  async #launchAll(): Promise<void> {
    const everyMs = Math.max(0, this.#options.endsAt - clock.now()) / this.#drafts.length;
    for (const { id, leadIds } of this.#drafts) {
      await this.#insist('POST', `/api/campaigns/${id}/launch`);
      for (const leadId of leadIds) this.promised.push({ campaignId: id, leadId, stoppedAt: null });
      await clock.sleep(everyMs * this.#options.random.next());
    }
  }

  async #enterMore(): Promise<void> {
    while (this.#open) {
      const key = { 'idempotency-key': randomUUID() };
      const path = `/api/campaigns/${this.#endless}/leads`;
      const { leadId } = await this.#insist<{ leadId: string }>('POST', path, { lead: this.#person() }, key);
      this.promised.push({ campaignId: this.#endless, leadId, stoppedAt: null });
      await clock.sleep(BETWEEN_LEADS_MS * this.#options.random.next());
    }
  }

  /** By a tag that the steps after the first look for, or by do-not-contact. */
  async #stopSome(): Promise<void> {
    const { random } = this.#options;
    for (let n = 0; this.#open; n += 1) {
      const going = this.promised.filter(({ stoppedAt }) => stoppedAt === null).slice(-LEADS_PER_LIST);
      const each = going[Math.floor(random.next() * going.length)];
      if (each !== undefined && random.next() < SHARE_STOPPED * 4) {
        if (n % 2 === 0) await this.#insist('PATCH', `/api/leads/${each.leadId}`, { tags: [TAG] });
        else await this.#optOut(each.leadId);
        each.stoppedAt = clock.now();
      }
      await clock.sleep(BETWEEN_LEADS_MS * random.next());
    }
  }

  async #optOut(leadId: string): Promise<void> {
    const { lead } = await this.#insist<{ lead: LeadsAnswer['leads'][number] }>(
      'GET',
      `/api/leads/${leadId}`,
    );
    await this.#insist('POST', '/api/dnc', { phone: lead.phone, reason: 'asked' });
  }

  async #draft(client: Client, name: string, listId: string | null): Promise<string> {
    const wait = { value: WAIT_MS / 1000, unit: 's' };
    const stopConditions = [{ type: 'tag', tag: TAG, is: 'present' }];
    const [hello, ...later] = STEP_KEYS;
    const { campaign } = await ask<{ campaign: { _id: string } }>(client, '/api/campaigns', {
      name,
      listId,
      lineIds: this.#options.lineIds,
      steps: [
        { key: hello, message: `${name}: hello {firstName}` },
        ...later.map((key) => ({ key, message: `${name}: ${key} {firstName}`, wait, stopConditions })),
      ],
    });
    return campaign._id;
  }

  #person(): object {
    this.#phones += 1;
    return { firstName: `Lead${this.#phones}`, phone: `+1415${String(5_550_000 + this.#phones)}` };
  }

  #client(): Client {
    const doors = this.#options.doors();
    const door = doors[Math.floor(this.#options.random.next() * doors.length)] ?? '';
    return openClient(door, this.#options.apiKey);
  }

  /** Until it is answered; what is refused for a reason of its own is a finding. */
  async #insist<Body>(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Body> {
    for (;;) {
      try {
        const { signal, done } = limit();
        const call = this.#client().call<Body>(method, path, body, headers);
        const answer = await Promise.race([call, signal]).finally(done);
        if (answer !== null && answer.status < 300) return answer.body;
        if (answer !== null && ![409, 503].includes(answer.status)) {
          this.refusals.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
          return answer.body;
        }
      } catch {
        // The process behind the door is gone.
      }
      await clock.sleep(BEFORE_ASKING_AGAIN_MS);
    }
  }
}

/** The process may stand still. */
function limit(): { signal: Promise<null>; done(): void } {
  const over = new AbortController();
  return { signal: clock.sleep(PATIENCE_MS, over.signal).then(() => null), done: () => over.abort() };
}

async function ask<Body>(client: Client, path: string, body: object): Promise<Body> {
  const answer = await client.call<Body>('POST', path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
