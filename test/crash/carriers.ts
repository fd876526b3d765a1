/**
 * The carriers of a run, all outside the processes that are killed: servers that stand in for BlueBubbles, Twilio and a mail
 * provider, and two Macs, whose agents are killed as well. What arrived there is counted by text, which is unique.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Transport } from '../../src/domain/words.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { readSandboxCopies } from '../../src/relay/drivers/sandbox.ts';
import { pair } from '../../src/relay/pairing.ts';
import { type FakeBlueBubbles, startBlueBubbles } from '../fakes/bluebubbles/server.ts';
import { startMailWorld } from '../fakes/mail/mail-world.ts';
import { startFakeMessages } from '../fakes/messages/messages.ts';
import { startTwilio } from '../fakes/twilio/server.ts';
import { openApp } from '../harness.ts';
import { pairingCode } from '../relay/mac.ts';
import { addLine, openWorkspace } from '../workspaces.ts';
import type { MacOrder } from './agent.ts';
import type { CarrierLines } from './carrier-people.ts';
import { type Front, openFront } from './front.ts';
import type { Post } from './subject.ts';

/** Something that arrived at a carrier. */
export interface FarCopy {
  transport: Transport;
  id: string;
  text: string;
  address: string;
  /** Epoch ms. */
  at: number;
  /** Taken back afterwards: it reached nobody. */
  isUndone: boolean;
}

export interface Opened {
  /** Of the workspace that has these lines. */
  apiKey: string;
  lines: CarrierLines;
  /** One for each agent. */
  posts: readonly Post[];
}

export interface Carriers {
  /** What processes must be told to reach them and to be reached by them. */
  env: Readonly<Record<string, string>>;
  front: Front;
  /** A workspace with a line at each of them. */
  open(databaseUrl: string): Promise<Opened>;
  copies(): Promise<FarCopy[]>;
  close(): Promise<void>;
}

/** What takes seconds or minutes at carriers. */
const MAC = { row: 20, delivered: 300, error: 150, giveUp: 800, timeout: 800, slow: 3_000 };
const MESSAGES = { rowMs: 20, sentMs: 30, deliveredMs: 100, readMs: 100, errorMs: 50, slowMs: 2_500 };
const OURS = '+12025550190';
/** A Mac sends one message after the other: without gaps those behind would only wait for it, within their leases. */
const QUICK = {
  deviceGapMs: 0,
  contactGapMs: 0,
  dailyNewConversationsLimit: null,
  dailyTotalMessagesLimit: null,
  hourlyNewConversationsLimit: null,
  attempts: 4,
  retryGapMs: 300,
  reconcileLimitMs: 20_000,
};
const TEXT = /Message \d+ [\da-f]{8}-[\da-f-]{27}/;
const clock = systemClock();

export async function startCarriers(): Promise<Carriers> {
  const folder = mkdtempSync(path.join(tmpdir(), 'trunkline-crash-macs-'));
  const front = await openFront();
  const blueBubbles = {
    'bluebubbles, Private API': await startBlueBubbles({ macos: 26, privateApi: true, timings: MAC }),
    'bluebubbles, AppleScript': await startBlueBubbles({ macos: 15, privateApi: false, timings: MAC }),
  };
  const twilio = await startTwilio({ numbers: [OURS] });
  const mail = await startMailWorld(() => clock.now());
  const messages = await startFakeMessages({ pace: MESSAGES });
  const folders = { simulated: path.join(folder, 'simulated'), messages: path.join(folder, 'messages') };
  const env = {
    TRUNKLINE_ALLOW_PRIVATE_HOSTS: 'true',
    TRUNKLINE_PUBLIC_URL: front.url,
    TRUNKLINE_TWILIO_URL: twilio.url,
  };

  return { env, front, open, copies, close };

  async function open(databaseUrl: string): Promise<Opened> {
    const app = await openApp({
      databaseUrl,
      role: 'api',
      config: { allowPrivateHosts: true, publicUrl: front.url, twilioUrl: twilio.url },
    });
    try {
      const workspace = await openWorkspace(app, { lines: [] });
      const lineOf = async (wish: Record<string, unknown>) =>
        (await addLine(workspace, { ...QUICK, ...wish }))._id;
      const server = ({ url, password }: FakeBlueBubbles) =>
        lineOf({ transport: 'bluebubbles', transportConfig: { serverUrl: url }, secret: password });
      const account = { accountSid: twilio.accountSid, authToken: twilio.authToken, fromNumber: OURS };
      const { body } = await workspace.call<{ lineId: string }>('PATCH', '/api/workspace/fallback-config', {
        provider: 'twilio',
        ...account,
      });
      await workspace.call('PATCH', `/api/lines/${body.lineId}`, QUICK);
      const { host, port, tls, fromAddress } = mail.transportConfig;
      const lines: CarrierLines = {
        'bluebubbles, Private API': await server(blueBubbles['bluebubbles, Private API']),
        'bluebubbles, AppleScript': await server(blueBubbles['bluebubbles, AppleScript']),
        twilio: body.lineId,
        smtp: await lineOf({
          transport: 'smtp',
          messageType: 'email',
          transportConfig: { host, port, tls, fromAddress },
        }),
        'relay, simulated': await lineOf({ transport: 'relay', deviceGapMs: 1_000 }),
        'relay, Messages': await lineOf({ transport: 'relay', deviceGapMs: 2_000 }),
      };
      const agentFor = async (
        lineId: string,
        dataDir: string,
        driver: MacOrder['messages'],
      ): Promise<Post> => {
        const code = await pairingCode(workspace, lineId);
        const kind = driver === null ? 'sandbox' : 'messages-app';
        const { token } = await pair(dataDir, { server: app.url, code, name: 'Mac', driver: kind });
        const order: MacOrder = { server: front.url, token, dataDir, messages: driver };
        return { role: 'agent', script: 'agent.ts', args: [JSON.stringify(order)] };
      };
      const { home, osascript: osascriptProgram } = messages;
      const posts = [
        await agentFor(lines['relay, simulated'], folders.simulated, null),
        await agentFor(lines['relay, Messages'], folders.messages, { home, osascriptProgram }),
      ];
      return { apiKey: workspace.key, lines, posts };
    } finally {
      await app.close();
    }
  }

  async function copies(): Promise<FarCopy[]> {
    const onMacs = Object.values(blueBubbles).flatMap(({ mac }) =>
      mac.rows
        .filter((row) => row.isFromMe && row.chat !== null)
        .map(
          (row): FarCopy => ({
            transport: 'bluebubbles',
            id: row.guid,
            text: row.text ?? '',
            address: row.handle,
            at: row.date,
            isUndone: row.error !== 0,
          }),
        ),
    );
    const texts = twilio.messages.map(
      ({ sid, body, to, createdAt }): FarCopy => ({
        ...{ transport: 'twilio', id: sid, text: body, address: to, at: createdAt },
        isUndone: false,
      }),
    );
    const mails = mail.sent.map(
      ({ raw, to }, index): FarCopy => ({
        ...{ transport: 'smtp', id: `mail ${index + 1}`, text: TEXT.exec(raw)?.[0] ?? raw, address: to },
        ...{ at: clock.now(), isUndone: false },
      }),
    );
    const simulated = (await readSandboxCopies(folders.simulated)).map(
      ({ id, text, address, at }): FarCopy => ({
        transport: 'relay',
        id,
        text,
        address,
        at,
        isUndone: false,
      }),
    );
    const real = messages.left.map(
      ({ guid, text, address }): FarCopy => ({
        ...{ transport: 'relay', id: guid, text, address },
        ...{ at: clock.now(), isUndone: false },
      }),
    );
    return [...onMacs, ...texts, ...mails, ...simulated, ...real];
  }

  async function close(): Promise<void> {
    await front.close();
    for (const each of [...Object.values(blueBubbles), twilio, mail, messages]) await each.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
