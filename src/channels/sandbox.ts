/**
 * Simulated phones and mailboxes. The recipient decides what happens (sandbox-script.ts); what arrives is kept, so that
 * a test can count copies. To the engine this is an outside world: it commits by itself, and a phone does not notice
 * that it is sent the same message twice.
 */

import { type SandboxRecipient, sandboxAnswer, sandboxRecipient } from '../domain/sandbox-script.ts';
import { failed, ok } from '../domain/setup-step.ts';
import type { Clock, Deadline } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import { never } from '../lib/invariant.ts';
import type { Database } from '../store/database.ts';
import { findCopy, storeCopy } from '../store/lines/sandbox.ts';
import type { Channel, ChannelLine, Outcome, Outgoing } from './channel.ts';

export interface SandboxChannelOptions {
  database: Database;
  clock: Clock;
  ids: Ids;
  sendTimeoutMs?: number;
}

interface SandboxSettings {
  /** False: the line cannot check for iMessage, the send itself tells. */
  checksAvailability: boolean;
  /** True: the line's device is off. */
  down: boolean;
  /** Time every answer takes. */
  latencyMs: number;
}

const SEND_TIMEOUT_MS = 30_000;
/** With the slowest recipient (20 s) still inside the send timeout. */
const MAX_LATENCY_MS = 5_000;

const LOST: Outcome = { outcome: 'unknown', message: 'The connection was lost before the phone answered' };
const DOWN = 'The simulated device is switched off';

export function createSandboxChannel(options: SandboxChannelOptions): Channel {
  const { database, clock, ids, sendTimeoutMs = SEND_TIMEOUT_MS } = options;
  return {
    sendTimeoutMs,

    async send(line, outgoing, lease) {
      const settings = readSettings(line);
      if (settings.down)
        return { outcome: 'rejected', permanent: false, code: 'line_down', message: DOWN, lineBad: true };
      const row = sandboxRecipient(outgoing.messageType, outgoing.address);
      if (row === null) return refusal('invalid_recipient', 'No message of this type can go to this address');

      const wait = async (ms: number): Promise<void> => {
        if (ms > 0) await clock.sleep(ms, lease.signal);
      };
      await wait(settings.latencyMs);
      if (lease.hasPassed()) return LOST;

      const answer = sandboxAnswer(row, outgoing.messageType, outgoing.attempt);
      switch (answer.answer) {
        case 'accepted':
          await wait(answer.afterMs);
          return accepted(await receive(line, outgoing, row, lease));
        case 'refused':
          return {
            ...refusal('refused', answer.message),
            permanent: answer.permanent,
            addressBad: answer.addressBad,
          };
        case 'not_on_imessage':
          return { outcome: 'not_on_channel', message: 'The recipient is not on iMessage' };
        case 'silence':
          if (answer.keepsCopy) await receive(line, outgoing, row, lease);
          await wait(answer.afterMs);
          return LOST;
        default:
          return never(answer, 'sandbox answer');
      }
    },

    async reconcile(line, reference) {
      if (readSettings(line).down) return { finding: 'undecided', message: DOWN, final: false };
      const copy = await findCopy(database, line.workspaceId, reference);
      if (copy === null) return { finding: 'absent' };
      return { finding: 'found', externalMessageId: copy.id, address: copy.address };
    },

    async checkAvailability(line, address) {
      if (line.messageType !== 'imessage' || !readSettings(line).checksAvailability) {
        return { availability: 'cannot_check' };
      }
      const found = sandboxRecipient('imessage', address)?.imessage ?? 'unavailable';
      if (found !== 'error') return { availability: found };
      return { availability: 'error', message: 'The simulated availability check failed' };
    },

    async checkHealth(line) {
      return readSettings(line).down ? { healthy: false, message: DOWN } : { healthy: true };
    },

    async checkSetup(line) {
      const fix = 'Set transportConfig.down to false.';
      const found = readSettings(line).down
        ? failed(DOWN, fix)
        : ok('The simulated phone is there: nothing else is needed');
      return [{ key: 'simulated-phone', ...found }];
    },

    validateConfig(config) {
      for (const [key, value] of Object.entries(config)) {
        const fault = checkSetting(key, value);
        if (fault !== null) return fault;
      }
      return null;
    },

    async react(line) {
      return readSettings(line).down ? { done: false, message: DOWN } : { done: true };
    },

    async showTyping(line) {
      return readSettings(line).down ? { done: false, message: DOWN } : { done: true };
    },

    async close() {},
  };

  /**
   * The phone receives the message: one more copy, and all that it will tell back, in one commit. null: the line was cut
   * before. A statement waits for a connection, and a process may stand still meanwhile; what leaves after its lease
   * would arrive beside the copy that another process has sent by then.
   */
  async function receive(
    line: ChannelLine,
    outgoing: Outgoing,
    row: SandboxRecipient,
    lease: Deadline,
  ): Promise<string | null> {
    const id = ids();
    const now = clock.now();
    const stored = await storeCopy(
      database,
      () => !lease.hasPassed(),
      line.workspaceId,
      {
        id,
        lineId: line.lineId,
        reference: outgoing.reference,
        attempt: outgoing.attempt,
        address: outgoing.address,
        messageType: outgoing.messageType,
        message: outgoing.text,
        subject: outgoing.subject,
        attachments: outgoing.attachments.map(({ url, name }) => ({ url, name })),
        receivedAt: now,
      },
      row.callbacks.map(({ kind, afterMs, message }) => ({
        id: ids(),
        kind,
        message,
        dueAt: now + afterMs,
      })),
    );
    return stored ? id : null;
  }
}

function accepted(copyId: string | null): Outcome {
  return copyId === null ? LOST : { outcome: 'accepted', externalMessageId: copyId };
}

function refusal(code: string, message: string): Outcome & { outcome: 'rejected' } {
  return { outcome: 'rejected', permanent: true, code, message };
}

/** Settings were checked when the line was stored; what is missing takes its default. */
function readSettings(line: ChannelLine): SandboxSettings {
  const { checksAvailability, down, latencyMs } = line.transportConfig;
  return {
    checksAvailability: checksAvailability !== false,
    down: down === true,
    latencyMs: typeof latencyMs === 'number' ? latencyMs : 0,
  };
}

function checkSetting(key: string, value: unknown): string | null {
  switch (key) {
    case 'checksAvailability':
    case 'down':
      return typeof value === 'boolean' ? null : `transportConfig.${key} must be true or false`;
    case 'latencyMs':
      if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_LATENCY_MS) return null;
      return `transportConfig.latencyMs must be a whole number from 0 to ${MAX_LATENCY_MS}`;
    default:
      return `transportConfig.${key} is not a setting of a sandbox line: use checksAvailability, down or latencyMs`;
  }
}
