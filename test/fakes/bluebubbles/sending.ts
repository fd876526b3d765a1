/** Sending, as the server does it: AppleScript or helper, then waiting for the row, then an answer that proves little. */
import type { IncomingMessage } from 'node:http';
import type { Mac, Row, StoredFile } from './mac.ts';
import { deedOf, type Timings } from './people.ts';
import { badRequest, gatewayTimeout, messageJson, noPrivateApi, sendError } from './words.ts';

export interface Sendable {
  chatGuid: string;
  tempGuid: string | null;
  method: string;
  text: string | null;
  files: StoredFile[];
  isAudio: boolean;
}

export interface Switches {
  privateApi: boolean;
  helperConnected: boolean;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export class Sending {
  /** Resets the connection of the next send, whoever it goes to. */
  cutNext: 'before' | 'after' | null = null;
  readonly #inFlight = new Set<string>();
  readonly #mac: Mac;
  readonly #timings: Timings;
  readonly #switches: Switches;

  constructor(mac: Mac, timings: Timings, switches: Switches) {
    this.#mac = mac;
    this.#timings = timings;
    this.#switches = switches;
  }

  requirePrivateApi(): void {
    if (!this.#switches.privateApi) throw noPrivateApi('iMessage Private API is not enabled!');
    if (!this.#switches.helperConnected) throw noPrivateApi('iMessage Private API Helper is not connected!');
  }

  /** The row, once it is there. `request`: whose socket some recipients reset. */
  async send(request: IncomingMessage, what: Sendable): Promise<Row> {
    const isScript = what.method !== 'private-api';
    if (!isScript) this.requirePrivateApi();
    if (isScript && !what.tempGuid) throw badRequest("A 'tempGuid' is required when sending via AppleScript");
    const { tempGuid } = what;
    if (tempGuid !== null && this.#inFlight.has(tempGuid))
      throw badRequest(`Message is already queued to be sent! (Temp GUID: ${tempGuid})`);
    if (tempGuid !== null) this.#inFlight.add(tempGuid);
    try {
      return await this.#hand(request, what, isScript);
    } finally {
      if (tempGuid !== null) this.#inFlight.delete(tempGuid);
    }
  }

  async #hand(request: IncomingMessage, what: Sendable, isScript: boolean): Promise<Row> {
    const address = what.chatGuid.split(';').at(-1) ?? '';
    const deed = this.cutNext === null ? deedOf(address) : (`reset ${this.cutNext}` as const);
    this.cutNext = null;
    if (deed === 'refused for good')
      throw sendError(`Messages got an error: Can’t get chat id "${what.chatGuid}". (-1728)`);
    if (deed === 'refused for now' || (deed === 'words refused' && what.text !== null)) {
      if (!isScript) throw noPrivateApi('iMessage Private API Helper is not connected!');
      throw sendError('Messages got an error: Connection is invalid. (-609)');
    }
    if (deed === 'reset before') {
      request.socket.destroy();
      throw new Reset();
    }
    const isKnown = this.#mac.chats.has(what.chatGuid);
    if (!isKnown && isScript && what.chatGuid.startsWith('any;'))
      throw sendError('Can’t make any into the expected type. (-1700)');
    if (!isKnown && !isScript) throw sendError('Failed to send message! Chat does not exist!');
    const { text, files, isAudio, tempGuid } = what;
    const row = this.#mac.send(address, { text, files, isAudio, tempGuid });
    await sleep(this.#timings.row);
    switch (deed) {
      case 'reset after':
        request.socket.destroy();
        throw new Reset();
      case 'slow row':
      case 'ghost row':
        await sleep(this.#timings.giveUp);
        throw gaveUp();
      case 'gateway timeout':
        await sleep(this.#timings.timeout);
        throw gatewayTimeout();
      case 'slow':
        await sleep(this.#timings.slow);
        break;
      case 'error at once':
        throw sendError('Failed to send message! See attached message error code.', this.#whole(row));
      case 'row with an error':
        throw sendError('[500] Message sent with an error. See attached message');
    }
    // The row is looked for under the very name that was given: under another it is never found.
    if (row.chat?.guid !== what.chatGuid) {
      await sleep(this.#timings.giveUp);
      throw gaveUp();
    }
    return row;
  }

  #whole(row: Row): Record<string, unknown> {
    return messageJson(this.#mac, row, { chats: true, attachments: true, attributedBody: true });
  }
}

/** The connection is gone: there is nobody to answer. */
export class Reset extends Error {}

function gaveUp() {
  return sendError('Failed to send message! See attached message error code.', null);
}
