/** Magic numbers of the fake: those that Twilio documents for test credentials, and more of our own. */

/** What becomes of a message to a number. Whatever is not said is ordinary: created, sent, delivered, called back once. */
export interface Script {
  sentence: string;
  /** The call is refused; nothing is created. */
  refused?: { status: number; code: number; message: string };
  /** What the caller hears though (or although no) message was created. Default: the message. */
  answer?: 'lost' | '500' | '503' | 'html';
  /** False: whatever the answer, nothing is created. */
  creates?: boolean;
  /** The answer is held back for so long. */
  slowMs?: number;
  /** Refused this often first, with 429. */
  busyTimes?: number;
  /** The states it passes through after the first, in order. */
  states?: readonly string[];
  /** With the last state. */
  error?: { code: number; message: string };
  /** How its callbacks come. */
  callbacks?: 'once' | 'doubled' | 'reversed' | 'lost';
}

export const ORDINARY: Script = { sentence: 'Sent, then delivered. So is every number not named here.' };

const refused = (code: number, message: string, status = 400): Script => ({
  sentence: `Refused: ${message} (${code}).`,
  refused: { status, code, message },
});

const fails = (code: number, message: string, status: 'failed' | 'undelivered' = 'undelivered'): Script => ({
  sentence: `Accepted, later ${status}: ${message} (${code}).`,
  states: status === 'undelivered' ? ['sent', 'undelivered'] : ['failed'],
  error: { code, message },
});

export const RECIPIENTS: Readonly<Record<string, Script>> = {
  '+15005550001': refused(21211, "Invalid 'To' Phone Number: +1500555XXXX"),
  '+15005550002': refused(
    21612,
    "The 'To' phone number is not currently reachable using the 'From' phone number",
  ),
  '+15005550003': refused(
    21408,
    "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
  ),
  '+15005550004': refused(21610, 'Attempt to send to unsubscribed recipient'),
  '+15005550009': refused(21614, "'To' number is not a valid mobile number"),
  '+15005550101': ORDINARY,
  '+15005550102': fails(30003, 'Unreachable destination handset'),
  '+15005550103': fails(30005, 'Unknown destination handset'),
  '+15005550104': fails(30006, 'Landline or unreachable carrier'),
  '+15005550105': fails(30007, 'Message filtered'),
  '+15005550106': fails(21610, 'Attempt to send to unsubscribed recipient', 'failed'),
  '+15005550107': { sentence: 'Sent; the carrier never says more.', states: ['sent'] },
  '+15005550108': { sentence: 'Created, but the connection is cut instead of an answer.', answer: 'lost' },
  '+15005550109': {
    sentence: 'The connection is cut, and nothing was created.',
    answer: 'lost',
    creates: false,
  },
  '+15005550110': { sentence: 'Created, but the answer is 500.', answer: '500' },
  '+15005550111': { sentence: 'Answered 503, and nothing was created.', answer: '503', creates: false },
  '+15005550112': refused(20429, 'Too Many Requests', 429),
  '+15005550113': { sentence: 'Created at once, answered after 20 seconds.', slowMs: 20_000 },
  '+15005550114': { sentence: 'Every callback comes twice.', callbacks: 'doubled' },
  '+15005550115': { sentence: 'Callbacks come in the wrong order.', callbacks: 'reversed' },
  '+15005550116': { sentence: 'Callbacks never come.', callbacks: 'lost' },
  '+15005550117': { sentence: 'Refused with 429 once, then ordinary.', busyTimes: 1 },
  '+15005550118': {
    sentence: 'Answered 502 with a page of HTML, and nothing was created.',
    answer: 'html',
    creates: false,
  },
  '+15005550119': {
    sentence: 'Created, the connection cut, and no callback ever comes.',
    answer: 'lost',
    callbacks: 'lost',
  },
  '+15005550120': fails(30034, 'Message from an Unregistered Number'),
  '+15005550121': {
    sentence: 'Created and delivered, but the delivery is only seen when asked for.',
    callbacks: 'lost',
  },
};

export const SENDERS: Readonly<Record<string, Script>> = {
  '+15005550001': refused(21212, "The 'From' phone number is not a valid phone number"),
  '+15005550007': refused(21606, "The 'From' phone number is not a valid, SMS-capable inbound phone number"),
  '+15005550008': refused(21611, "The 'From' number has exceeded the maximum number of queued messages"),
};
