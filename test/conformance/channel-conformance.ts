/**
 * What the engine relies on, whatever carrier stands behind a line. Every channel passes this suite against its own
 * outside world; where it cannot, it says why, and the reason is the title of the skipped test.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, ChannelLine, Outcome, Outgoing } from '../../src/channels/channel.ts';
import type { News, ReceiptNews } from '../../src/channels/news.ts';
import { type LifecycleEvent, transition } from '../../src/domain/lifecycle.ts';
import type { MessageStatus } from '../../src/domain/words.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { leaseOf, leaseSleptThrough } from '../leases.ts';
import { until } from '../until.ts';

/** One channel with the outside world behind it, made anew for each test. */
export interface FarSide {
  channel: Channel;
  line: ChannelLine;
  /** Copies of this reference that the outside world holds, at whatever address. */
  copies(reference: string): Promise<number>;
  /** The channel as a process has it that was started after the first one was killed: the engine remembers, it does not. */
  reopen(): Promise<Channel>;
  /** What was told of this message by now, where nobody is asked for it. */
  told?(reference: string): Promise<readonly News[]>;
  /** Switches the far side off; answers the line as it then is. */
  goDown(): Promise<ChannelLine>;
  close(): Promise<void>;
}

/** Why this channel has no such recipient. */
export interface None {
  none: string;
}

export interface Recipients {
  accepted: string;
  refusedForGood: string;
  refusedForNow: string | None;
  /** Takes so long that the send is aborted first. */
  slow: string;
  /** Gets the message, but the answer is lost. */
  lostThoughSent: string | None;
  /** Neither gets the message nor answers. */
  lostNotSent: string | None;
  notOnChannel: string | None;
}

export interface ChannelCase {
  setup(): Promise<FarSide>;
  recipients: Recipients;
  /** Settings that no line of this channel can work with, each for one reason. */
  badConfigs: Readonly<Record<string, unknown>>[];
  /** Set when the carrier can't be asked about a message: `reconcile` is then undecided for good. */
  cannotReconcile: string | null;
  /** Set when what becomes of a message is told nowhere that this suite can listen. */
  tellsNothing: string | null;
}

const EVENT_OF_RECEIPT: Readonly<Record<ReceiptNews['receipt'], LifecycleEvent>> = {
  accepted: 'accept',
  delivered: 'deliver',
  read: 'read',
  bounced: 'bounce',
  not_on_channel: 'miss',
};

/** What the engine makes of it. */
function afterReceipt(status: MessageStatus, receipt: ReceiptNews['receipt']): MessageStatus {
  const next = transition(status, EVENT_OF_RECEIPT[receipt], 1);
  return next === 'ignored' || next === 'same' ? status : next;
}

const OUTCOMES = ['accepted', 'rejected', 'not_on_channel', 'unknown'];
const SENTENCE = /^[^\r\n]+$/;

export function describeChannel(
  name: string,
  { setup, recipients, badConfigs, cannotReconcile, tellsNothing }: ChannelCase,
) {
  describe(`the channel ${name}`, () => {
    let far: FarSide;
    let references = 0;

    beforeEach(async () => {
      far = await setup();
    });
    afterEach(() => far.close());

    const outgoing = (address: string, differs: Partial<Outgoing> = {}): Outgoing => {
      references += 1;
      return {
        reference: references.toString(16).padStart(24, '0'),
        attempt: 1,
        address,
        messageType: far.line.messageType,
        text: 'Hello Anna',
        subject: null,
        attachments: [],
        validUntil: null,
        ...differs,
      };
    };

    const send = async (message: Outgoing, lease = leaseOf()): Promise<Outcome> => {
      const outcome = await far.channel.send(far.line, message, lease);
      expect(OUTCOMES).toContain(outcome.outcome);
      if (outcome.outcome !== 'accepted') expect(outcome.message).toMatch(SENTENCE);
      if (outcome.outcome === 'rejected') expect(outcome.code).toMatch(/^[\w.]+$/);
      return outcome;
    };

    /** A test that needs a recipient this channel may not have. */
    const testWith = (
      title: string,
      recipient: string | None,
      run: (address: string) => Promise<void>,
    ): void => {
      if (typeof recipient === 'string') test(title, () => run(recipient));
      else test.skip(`${title} (does not apply: ${recipient.none})`, () => {});
    };

    test('what is accepted, the outside world holds exactly once', async () => {
      const message = outgoing(recipients.accepted);
      expect(await send(message)).toMatchObject({ outcome: 'accepted' });
      expect(await far.copies(message.reference)).toBe(1);
    });

    test('messages sent at the same time arrive once each', async () => {
      const messages = Array.from({ length: 10 }, () => outgoing(recipients.accepted));
      const outcomes = await Promise.all(messages.map((message) => send(message)));
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(messages.map(() => 'accepted'));
      const copies = await Promise.all(messages.map(({ reference }) => far.copies(reference)));
      expect(copies).toEqual(messages.map(() => 1));
    });

    test('what is refused for good is a value, not a throw, and never arrives', async () => {
      const message = outgoing(recipients.refusedForGood);
      expect(await send(message)).toMatchObject({ outcome: 'rejected', permanent: true });
      expect(await far.copies(message.reference)).toBe(0);
    });

    testWith(
      'what is refused for now may be sent again and has not arrived',
      recipients.refusedForNow,
      async (address) => {
        const message = outgoing(address);
        expect(await send(message)).toMatchObject({ outcome: 'rejected', permanent: false });
        expect(await far.copies(message.reference)).toBe(0);
      },
    );

    testWith(
      'an address that is not on the channel is told apart from a refusal, and nothing arrives',
      recipients.notOnChannel,
      async (address) => {
        const message = outgoing(address);
        expect(await send(message)).toMatchObject({ outcome: 'not_on_channel' });
        expect(await far.copies(message.reference)).toBe(0);
      },
    );

    testWith(
      'a lost answer to a message that arrived is unknown, and reconciliation does not deny it',
      recipients.lostThoughSent,
      async (address) => {
        const message = outgoing(address);
        expect(await send(message)).toMatchObject({ outcome: 'unknown' });
        expect(await far.copies(message.reference)).toBe(1);
        const finding = await far.channel.reconcile(far.line, message.reference);
        if (cannotReconcile === null) expect(finding).toMatchObject({ finding: 'found', address });
        else expect(finding).toMatchObject({ finding: 'undecided', final: true });
      },
    );

    testWith(
      'a lost answer to a message that did not arrive is unknown, and reconciliation does not invent it',
      recipients.lostNotSent,
      async (address) => {
        const message = outgoing(address);
        expect(await send(message)).toMatchObject({ outcome: 'unknown' });
        expect(await far.copies(message.reference)).toBe(0);
        const finding = await far.channel.reconcile(far.line, message.reference);
        if (cannotReconcile === null) expect(finding).toEqual({ finding: 'absent' });
        else expect(finding).toMatchObject({ finding: 'undecided', final: true });
      },
    );

    testWith(
      'reconciliation names the copy that was accepted and nothing for a reference never sent',
      cannotReconcile === null ? recipients.accepted : { none: cannotReconcile },
      async (address) => {
        const message = outgoing(address);
        const outcome = await send(message);
        if (outcome.outcome !== 'accepted') throw new Error(`not accepted: ${outcome.message}`);
        const { externalMessageId } = outcome;
        expect(await far.channel.reconcile(far.line, message.reference)).toEqual({
          finding: 'found',
          externalMessageId,
          address,
        });
        expect(await far.channel.reconcile(far.line, 'f'.repeat(24))).toEqual({ finding: 'absent' });
      },
    );

    testWith(
      'what was handed over by a process that was killed since is found by another one, and nothing else is',
      cannotReconcile === null ? recipients.accepted : { none: cannotReconcile },
      async (address) => {
        const message = outgoing(address);
        await send(message);
        const successor = await far.reopen();
        expect(await successor.reconcile(far.line, message.reference)).toMatchObject({
          finding: 'found',
          address,
        });
        expect(await successor.reconcile(far.line, 'e'.repeat(24))).toEqual({ finding: 'absent' });
        expect(await far.copies(message.reference)).toBe(1);
      },
    );

    testWith(
      'receipts name our reference; doubled, in whatever order, they end the message as delivered',
      tellsNothing === null ? recipients.accepted : { none: tellsNothing },
      async (address) => {
        const message = outgoing(address);
        const sentAt = systemClock().now();
        const outcome = await send(message);
        if (outcome.outcome !== 'accepted') throw new Error(`not accepted: ${outcome.message}`);
        const { externalMessageId } = outcome;
        const { reference } = message;
        const outstanding = [{ reference, externalMessageId, address, sentAt }];
        const ask = async () =>
          (await far.channel.askForNews?.(far.line, { cursor: null, outstanding }))?.news ?? [];
        const receipts = await until('it is delivered', async () => {
          const news = far.told === undefined ? await ask() : await far.told(reference);
          const own = news.flatMap((each) =>
            each.news === 'receipt' && each.reference === reference ? [each.receipt] : [],
          );
          return own.includes('delivered') ? own : null;
        });
        for (const order of [receipts, receipts.toReversed(), [...receipts, ...receipts.toReversed()]]) {
          expect(order.reduce(afterReceipt, 'sent')).toBe('delivered');
          expect(order.reduce(afterReceipt, 'unknown')).toBe('delivered');
        }
      },
    );

    const over = new AbortController();
    over.abort();
    test.each([
      ['is over before it began', () => leaseOf(over), [recipients.accepted, recipients.slow]],
      [
        'was slept through: the clock says so, and no timer has run',
        leaseSleptThrough,
        [recipients.accepted],
      ],
    ])('a send whose lease %s leaves nothing behind', async (_how, lease, addresses) => {
      for (const address of addresses) {
        const message = outgoing(address);
        const outcome = await send(message, lease());
        expect(outcome.outcome === 'unknown' || (outcome.outcome === 'rejected' && !outcome.permanent)).toBe(
          true,
        );
        expect(await far.copies(message.reference)).toBe(0);
      }
    });

    test('a send that is aborted under way ends at once, and says "refused" only when nothing arrived', async () => {
      const lease = new AbortController();
      const message = outgoing(recipients.slow);
      const sending = send(message, leaseOf(lease));
      lease.abort();
      const outcome = await sending;
      expect(['unknown', 'rejected']).toContain(outcome.outcome);
      if (outcome.outcome === 'rejected') {
        expect(outcome.permanent).toBe(false);
        expect(await far.copies(message.reference)).toBe(0);
      }
    });

    test('a message that cannot go to such an address is refused for good and never arrives', async () => {
      const wrong =
        far.line.messageType === 'email'
          ? outgoing('+12025550100')
          : outgoing('anna@example.com', { messageType: 'sms' });
      expect(await send(wrong)).toMatchObject({ outcome: 'rejected', permanent: true });
      expect(await far.copies(wrong.reference)).toBe(0);
    });

    test('an availability check answers for every recipient and sends nothing', async () => {
      for (const address of Object.values(recipients)) {
        if (typeof address !== 'string') continue;
        const { availability } = await far.channel.checkAvailability(far.line, address);
        expect(['available', 'unavailable', 'error', 'cannot_check']).toContain(availability);
        if (address === recipients.accepted) expect(['available', 'cannot_check']).toContain(availability);
        if (address === recipients.notOnChannel)
          expect(['unavailable', 'cannot_check']).toContain(availability);
      }
    });

    test('health says up while the far side is up and down while it is down', async () => {
      expect(await far.channel.checkHealth(far.line)).toEqual({ healthy: true });
      const line = await far.goDown();
      const health = await far.channel.checkHealth(line);
      expect(health).toMatchObject({ healthy: false, message: expect.stringMatching(SENTENCE) });
    });

    test('while the far side is down a send is refused for now, for the line and not for the address', async () => {
      far.line = await far.goDown();
      const message = outgoing(recipients.accepted);
      const outcome = await send(message);
      expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, lineBad: true });
      expect(outcome).not.toMatchObject({ addressBad: true });
      expect(await far.copies(message.reference)).toBe(0);
    });

    test('settings that work are taken, and each that cannot is refused with one sentence', () => {
      expect(far.channel.validateConfig({ ...far.line.transportConfig })).toBeNull();
      for (const bad of badConfigs) {
        const config = { ...far.line.transportConfig, ...bad };
        expect(far.channel.validateConfig(config), JSON.stringify(bad)).toMatch(SENTENCE);
      }
    });

    test('a lease can be made longer than any send', () => {
      expect(far.channel.sendTimeoutMs).toBeGreaterThan(0);
      expect(far.channel.sendTimeoutMs).toBeLessThanOrEqual(300_000);
    });
  });
}
