/** What goes into an intake, what comes out, and everything one batch stores: gathered request by request, one commit. */
import type { SendAnswer, SendMessage } from '../../contract/messages/messages.ts';
import type { Problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import type { Batcher } from '../../lib/batcher.ts';
import { invariant } from '../../lib/invariant.ts';
import type { Sql } from '../../store/database.ts';
import { addCrmLinks, type LeadRow, mergeAlternates, type NewLead } from '../../store/leads/leads.ts';
import {
  type IntakeWrite,
  type NewIdempotencyKey,
  type NewMessage,
  writeIntake,
} from '../../store/messages/intake.ts';
import type { MessageRow } from '../../store/messages/messages.ts';
import type { Draft } from './draft-message.ts';
import { fallbackMessage } from './fallback-message.ts';
import { bringsLinks, newMessage, rowOf } from './new-message.ts';
import { sendAnswer } from './present-message.ts';
import type { WorkspaceSnapshot } from './workspace-snapshot.ts';

export interface SendOptions {
  idempotencyKey: string | null;
  /** SHA-256 over method, path and the exact bytes of the body, in hex. */
  requestHash: string;
  correlationId: string;
  /** How long the caller is willing to wait for the outcome; 0 answers at once. */
  waitMs: number;
  /** What the parser ignored; part of the answer. */
  warnings: string[];
  /** Stored in the commit that stores the message. */
  alongside?: (tx: Sql, messageId: string, now: number) => Promise<void>;
}

export interface Accepted {
  /** 200: an existing lead was matched (D1). */
  httpStatus: 200 | 201;
  body: SendAnswer;
  /** The answer to an earlier request with the same Idempotency-Key, its state as of now. */
  replayed: boolean;
  /** The outcome was waited for, as `Prefer: wait` asked. */
  waited: boolean;
}

export interface IntakeItem {
  request: SendMessage;
  options: SendOptions;
  /** The person who asks; null where a key does. */
  createdByUserId: string | null;
}

export type Intake = Batcher<IntakeItem, Accepted | Problem>;

type WriteDeps = Pick<Deps, 'database' | 'ids' | 'metrics' | 'wakeDispatchers'>;

export class IntakeWriteSet {
  readonly #deps: WriteDeps;
  readonly #snapshot: WorkspaceSnapshot;
  readonly #now: number;
  readonly #leads: NewLead[] = [];
  readonly #messages: NewMessage[] = [];
  readonly #keys: NewIdempotencyKey[] = [];
  readonly #wakes = new Set<string>();
  readonly #merges: ((tx: Sql) => Promise<void>)[] = [];

  constructor(deps: WriteDeps, snapshot: WorkspaceSnapshot, now: number) {
    this.#deps = deps;
    this.#snapshot = snapshot;
    this.#now = now;
  }

  add({ request, options, createdByUserId }: IntakeItem, draft: Draft): Accepted {
    if (draft.lead.kind === 'new' && draft.lead.made) this.#leads.push(draft.lead.lead);
    else this.#mergeInto(draft.lead.lead, request);
    const { correlationId } = options;
    const origin = { correlationId, createdByUserId };
    const message = newMessage(this.#deps.ids, request, origin, draft, this.#snapshot);
    const row = rowOf(message, this.#snapshot.workspace.workspaceId, this.#now);
    if (draft.plan.status === 'fallback') this.#addFallback(message, row);
    else if (draft.plan.status !== 'failed') this.#wakes.add(draft.line.id);
    this.#messages.push(message);
    const { alongside } = options;
    if (alongside !== undefined) this.#merges.push((tx) => alongside(tx, message.id, this.#now));
    const matched = request.leadId === null && !(draft.lead.kind === 'new' && draft.lead.made);
    const accepted: Accepted = {
      httpStatus: matched ? 200 : 201,
      body: sendAnswer(row, draft.line, { matched, warnings: [...options.warnings, ...draft.warnings] }),
      replayed: false,
      waited: false,
    };
    if (options.idempotencyKey !== null) {
      const { idempotencyKey: key, requestHash } = options;
      this.#keys.push({ key, requestHash, httpStatus: accepted.httpStatus, answer: accepted.body });
    }
    return accepted;
  }

  /** What the request tells of a lead that exists: alternates, and links to a CRM that the lead lacks. */
  #mergeInto(lead: LeadRow | NewLead, request: SendMessage): void {
    const { workspaceId } = this.#snapshot.workspace;
    const { crm } = request;
    if (hasAlternates(request))
      this.#merges.push((tx) => mergeAlternates(tx, workspaceId, lead.id, request, this.#now));
    if (bringsLinks(crm, lead))
      this.#merges.push((tx) => addCrmLinks(tx, workspaceId, lead.id, crm, this.#now));
  }

  #addFallback(message: NewMessage, row: MessageRow): void {
    const line = this.#snapshot.fallbackLine;
    const phone = row.recipientPhone;
    invariant(
      line !== null && phone !== null,
      'forceFallback was refused without a fallback line or a phone',
    );
    const sms = fallbackMessage(row, {
      id: this.#deps.ids(),
      eventId: this.#deps.ids(),
      line,
      text: message.message,
      rendered: false,
      phone,
      attachmentLinks: this.#snapshot.workspace.fallbackAttachmentLinks,
      now: this.#now,
    });
    message.fallbackSmsDispatched = true;
    row.fallbackSmsDispatched = true;
    this.#messages.push(sms);
    this.#wakes.add(line.id);
  }

  /** In the transaction given, else in a commit of its own. */
  async store(workspaceId: string, tx: Sql | null): Promise<void> {
    if (this.#messages.length === 0) return;
    const { database, ids } = this.#deps;
    const write: IntakeWrite = {
      leads: this.#leads,
      messages: this.#messages,
      idempotencyKeys: this.#keys,
      wakes: [...this.#wakes].map((lineId) => ({ lineId, id: ids() })),
    };
    const storeAll = async (sql: Sql) => {
      await writeIntake(sql, workspaceId, write, ids, this.#now);
      for (const merge of this.#merges) await merge(sql);
    };
    if (tx !== null) await storeAll(tx);
    else if (this.#merges.length === 0) await storeAll(database);
    else await database.transaction(storeAll);
  }

  /** Once it is stored. */
  announce(): void {
    if (this.#messages.length === 0) return;
    this.#deps.metrics.accepted.inc(this.#messages.length);
    this.#deps.wakeDispatchers();
  }
}

function hasAlternates(request: SendMessage): boolean {
  return [...request.altPhones, ...request.altEmails].some((each) => each !== undefined);
}
