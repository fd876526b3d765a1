/**
 * One call, one message: from a checked request to a durable row, its event and a wake for its line, in one commit.
 * Requests that arrive together share that commit; none of them can fail because of a neighbour.
 */
import type { SendAnswer, SendMessage } from '../../contract/messages/messages.ts';
import { Problem, problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { Batcher } from '../../lib/batcher.ts';
import { invariant } from '../../lib/invariant.ts';
import { isUniqueViolation, type Sql, sqlState } from '../../store/database.ts';
import { ensureSpecialList, lockLeads, type NewLead } from '../../store/leads/leads.ts';
import { type IntakeFacts, type IntakeQuestion, readIntakeFacts } from '../../store/messages/intake.ts';
import { findMessage } from '../../store/messages/messages.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { refuseForeignFiles } from '../attachments/attachment-files.ts';
import { withKeyHeld } from '../idempotency.ts';
import { draftMessage, talkingLine } from './draft-message.ts';
import { type Accepted, type Intake, type IntakeItem, IntakeWriteSet, type SendOptions } from './intake.ts';
import { answerState } from './present-message.ts';
import type { WorkspaceSnapshot } from './workspace-snapshot.ts';

type IntakeDeps = Omit<Deps, 'intake' | 'outcomes' | 'authenticate' | 'settlements'>;

const MAX_BATCH = 200;
/** Of one workspace two: while one batch commits, the next one is read and planned. */
const MAX_BATCHES_PER_WORKSPACE = 2;
const MAX_BATCHES_IN_FLIGHT = 6;
const MAX_TRIES_ALONE = 4;
/** Errors that say "this statement did not happen": bad data, a broken constraint, a lost deadlock, a limit. */
const DEFINITE_REFUSAL = /^(22|23|40001|40P01|42|54)/;

export async function acceptMessage(
  deps: Deps,
  caller: Caller,
  request: SendMessage,
  options: SendOptions,
): Promise<Accepted> {
  const snapshot = await refuseReadOnly(deps, caller);
  refuseForeignFiles(deps, caller.workspaceId, request.attachments);
  const accepted = await withKeyHeld(deps, caller.workspaceId, options.idempotencyKey, () =>
    deps.intake.add(caller.workspaceId, { request, options, createdByUserId: caller.personId ?? null }),
  );
  if (accepted instanceof Problem) throw accepted;
  const waited = await waitForOutcome(deps, caller, accepted, options.waitMs);
  return waited || accepted.replayed ? withPresentState(deps, snapshot, accepted, waited) : accepted;
}

/** What is not due before the wait is over has no outcome to wait for: it is answered at once. */
async function waitForOutcome(
  deps: Deps,
  { workspaceId }: Caller,
  { body: { message } }: Accepted,
  waitMs: number,
): Promise<boolean> {
  const dueInMs = message.dueAt === null ? 0 : Date.parse(message.dueAt) - deps.clock.now();
  if (waitMs === 0 || dueInMs > waitMs) return false;
  await deps.outcomes.wait(workspaceId, message._id, waitMs);
  return true;
}

/**
 * A replay repeats what was decided: HTTP status, lead, duplicate fields, warnings. What became of the message since then
 * is read anew: with the words of the first moment, a caller who had waited and heard `sent` would next hear `pending`.
 */
async function withPresentState(
  deps: Deps,
  snapshot: WorkspaceSnapshot,
  accepted: Accepted,
  waited: boolean,
): Promise<Accepted> {
  const { reason: _reason, error: _error, scheduledDate: _date, ...decided } = accepted.body;
  const row = await findMessage(deps.database, snapshot.workspace.workspaceId, decided.message._id);
  invariant(row !== null, 'an accepted message is stored');
  const line = snapshot.lines.find((each) => each.id === row.lineId) ?? null;
  return { ...accepted, waited, body: { ...decided, ...answerState(row, line) } };
}

export function createIntake(deps: IntakeDeps): Intake {
  return new Batcher({
    maxItems: MAX_BATCH,
    maxInFlight: MAX_BATCHES_IN_FLIGHT,
    maxInFlightPerKey: MAX_BATCHES_PER_WORKSPACE,
    run: (workspaceId, items) => acceptBatch(deps, workspaceId, items),
    async retryAlone(workspaceId, item, error) {
      // Where the database's answer was lost, the batch may have been stored: storing it again would double it.
      if (!DEFINITE_REFUSAL.test(sqlState(error) ?? '')) throw error;
      for (let tries = 1; ; tries += 1) {
        try {
          const [answer] = await acceptBatch(deps, workspaceId, [item]);
          invariant(answer !== undefined, 'every request of a batch is answered');
          return answer;
        } catch (failure) {
          // Another process made the same lead or used the same key in between: what it wrote is found next time.
          if (!isUniqueViolation(failure) || tries >= MAX_TRIES_ALONE) throw failure;
        }
      }
    },
  });
}

async function acceptBatch(
  deps: IntakeDeps,
  workspaceId: string,
  items: readonly IntakeItem[],
): Promise<(Accepted | Problem)[]> {
  deps.metrics.intakeBatch.observe(items.length);
  const snapshot = await readSnapshotFor(deps, workspaceId, items);
  const quickSendsListId = await quickSendsList(deps, snapshot);
  const facts = await readIntakeFacts(deps.database, workspaceId, items.map(questionOf));
  const decide = async (known: readonly IntakeFacts[], tx: Sql | null) => {
    const { write, answers } = draftAll(deps, snapshot, quickSendsListId, items, known);
    await deps.checkpoint('intake.drafted');
    await write.store(workspaceId, tx);
    return { write, answers };
  };
  const open = items.flatMap((item, index) => (hasOpenChoice(snapshot, item, facts[index]) ? [index] : []));
  const { write, answers } =
    open.length === 0
      ? await decide(facts, null)
      : await deps.database.transaction(async (tx) =>
          decide(await decideInTurn(tx, workspaceId, items, facts, open), tx),
        );
  write.announce();
  await deps.checkpoint('intake.stored');
  return answers;
}

function questionOf({ request, options }: IntakeItem): IntakeQuestion {
  return {
    messageType: request.messageType,
    leadId: request.leadId,
    phone: request.recipientPhone,
    email: request.recipientEmail,
    idempotencyKey: options.idempotencyKey,
  };
}

/** Whether it would pick any of several lines for a lead that exists, where another intake may be picking as well. */
function hasOpenChoice(
  snapshot: WorkspaceSnapshot,
  { request }: IntakeItem,
  facts: IntakeFacts | undefined,
): boolean {
  if (facts === undefined || facts.lead === null || facts.stored !== null) return false;
  if (facts.waitingLineId !== null || request.fromLineId !== null) return false;
  const mayLeaveFrom = snapshot.lines.filter(
    (line) => line.isActive && line.messageType === request.messageType,
  );
  if (mayLeaveFrom.length < 2) return false;
  const talking = talkingLine(snapshot, request.messageType, facts);
  if (talking === null) return true;
  return (
    snapshot.workspace.lineDownPolicy === 'move' && !(talking.isActive && talking.healthStatus === 'healthy')
  );
}

/**
 * Nobody gets two numbers because two requests came at once, here or at two processes (D16): under the locks of their
 * leads, what was stored meanwhile is read again. Only for first messages to leads that exist and may leave from several
 * lines: a lead made by both is made once, and every later message finds the line that talks or where one waits.
 */
async function decideInTurn(
  tx: Sql,
  workspaceId: string,
  items: readonly IntakeItem[],
  facts: readonly IntakeFacts[],
  open: readonly number[],
): Promise<IntakeFacts[]> {
  const asked = items.filter((_, index) => open.includes(index));
  const leadIds = open.flatMap((index) => facts[index]?.lead?.id ?? []);
  await lockLeads(tx, workspaceId, leadIds);
  const fresh = (await readIntakeFacts(tx, workspaceId, asked.map(questionOf))).values();
  return facts.map((known, index) => (open.includes(index) ? (fresh.next().value ?? known) : known));
}

function draftAll(
  deps: IntakeDeps,
  snapshot: WorkspaceSnapshot,
  quickSendsListId: string,
  items: readonly IntakeItem[],
  facts: readonly IntakeFacts[],
): { write: IntakeWriteSet; answers: (Accepted | Problem)[] } {
  const now = deps.clock.now();
  const context = {
    snapshot,
    newLeads: new Map<string, NewLead>(),
    chosenLines: new Map<string, string>(),
    quickSendsListId,
    ids: deps.ids,
    now,
  };
  const write = new IntakeWriteSet(deps, snapshot, now);
  const answers = items.map((item, index) => {
    const known = facts[index];
    invariant(known !== undefined, 'facts come back for every request');
    const replay = readStoredAnswer(item, known);
    if (replay !== null) return replay;
    const draft = draftMessage(context, item.request, known);
    if (draft instanceof Problem) return draft;
    deps.snapshots.noteChosen(snapshot, draft.line.id, draft.firstTouch);
    return write.add(item, draft);
  });
  return { write, answers };
}

/** The cached snapshot, read anew when it may be too old to refuse a request by it. */
async function readSnapshotFor(
  deps: IntakeDeps,
  workspaceId: string,
  items: readonly IntakeItem[],
): Promise<WorkspaceSnapshot> {
  const snapshot = await deps.snapshots.read(workspaceId);
  if (snapshot === null) throw problem('NO_ACTIVE_WORKSPACE');
  const mightRefuse = items.some(({ request }) => !hasLines(snapshot, request));
  return mightRefuse ? ((await deps.snapshots.reload(workspaceId)) ?? snapshot) : snapshot;
}

/** The lines that the request needs are there, as far as the snapshot knows. */
function hasLines({ lines, fallbackLine }: WorkspaceSnapshot, request: SendMessage): boolean {
  const { fromLineId, messageType, forceFallback, sendFallbackSmsOnFailed } = request;
  if ((forceFallback || sendFallbackSmsOnFailed) && fallbackLine?.isActive !== true) return false;
  return lines.some(
    (line) =>
      (fromLineId === null || line.id === fromLineId) &&
      (forceFallback || (line.isActive && line.messageType === messageType)),
  );
}

async function quickSendsList(deps: IntakeDeps, snapshot: WorkspaceSnapshot): Promise<string> {
  const known = snapshot.lists.get('quick_sends');
  if (known !== undefined) return known;
  const { workspaceId } = snapshot.workspace;
  const id = await ensureSpecialList(deps.database, workspaceId, 'quick_sends', deps.ids(), deps.clock.now());
  snapshot.lists.set('quick_sends', id);
  return id;
}

function readStoredAnswer({ options }: IntakeItem, { stored }: IntakeFacts): Accepted | Problem | null {
  if (stored === null) return null;
  if (stored.requestHash !== options.requestHash) return problem('idempotency_mismatch');
  // The database holds what this function's neighbour stored: an answer of this very shape.
  const { httpStatus, answer } = stored;
  return {
    httpStatus: httpStatus as 200 | 201,
    body: answer as SendAnswer,
    replayed: true,
    waited: false,
  };
}
