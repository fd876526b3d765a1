/** A paired Mac for tests: a real agent over a real link, with simulated phones behind it unless the test brings a driver. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ChannelLine } from '../../src/channels/channel.ts';
import type { Line } from '../../src/contract/lines/lines.ts';
import type { PairingCodeAnswer, RelayDevicesAnswer } from '../../src/contract/lines/relay-devices.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { type Agent, type AgentOptions, startAgent } from '../../src/relay/agent.ts';
import { createSandboxDriver, readSandboxCopies, type SandboxCopy } from '../../src/relay/drivers/sandbox.ts';
import { type Pairing, pair } from '../../src/relay/pairing.ts';
import type { Client } from '../client.ts';
import type { TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { addLine, openWorkspace, type Workspace } from '../workspaces.ts';

export interface Mac {
  workspace: Workspace;
  line: Line;
  dataDir: string;
  pairing: Pairing;
  /** The one that runs now. */
  agent: Agent;
  /** A new agent in the same folder, as after a crash or a reboot; the old one must have ended. */
  start(changes?: Partial<AgentOptions>): Promise<Agent>;
  /** All copies on its simulated phones. */
  copies(): Promise<SandboxCopy[]>;
  close(): Promise<void>;
}

export interface MacOptions extends Partial<AgentOptions> {
  /** False: paired, and nothing runs yet. */
  starts?: boolean;
  workspace?: Workspace;
}

/** Without gaps, so that tests need not wait; retries come soon. */
export const QUICK_LINE = {
  transport: 'relay',
  deviceGapMs: 0,
  contactGapMs: 0,
  retryGapMs: 200,
  dailyNewConversationsLimit: null,
  dailyTotalMessagesLimit: null,
  hourlyNewConversationsLimit: null,
};

export async function openMac(app: TestApp, options: MacOptions = {}): Promise<Mac> {
  const { starts = true, workspace = await openWorkspace(app, { lines: [] }), ...changes } = options;
  const line = await addLine(workspace, QUICK_LINE);
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'mac-'));
  const code = await pairingCode(workspace, line._id);
  const pairing = await pair(dataDir, { server: app.url, code, name: 'Test Mac', driver: 'sandbox' });

  const start: Mac['start'] = async (more = {}) => {
    const clock = systemClock();
    mac.agent = await startAgent({
      server: app.url,
      token: pairing.token,
      name: 'Test Mac',
      version: '0.0.1',
      dataDir,
      driver: createSandboxDriver({ dataDir, clock }),
      clock,
      random: systemRandom(),
      log: silentLog(),
      longestWaitMs: 200,
      ...changes,
      ...more,
    });
    return mac.agent;
  };
  const mac: Mac = {
    workspace,
    line,
    dataDir,
    pairing,
    agent: undefined as unknown as Agent,
    start,
    copies: () => readSandboxCopies(dataDir),
    async close() {
      await (mac.agent as Agent | undefined)?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  if (starts) {
    await start();
    await isConnected(mac);
  }
  return mac;
}

export async function pairingCode(client: Client, lineId: string): Promise<string> {
  const { status, body } = await client.call<PairingCodeAnswer>('POST', `/api/lines/${lineId}/pairing-code`);
  if (status !== 201) throw new Error(`no pairing code: ${status} ${JSON.stringify(body)}`);
  return body.code;
}

export async function devicesOf({ workspace, line }: Mac): Promise<RelayDevicesAnswer['devices']> {
  const path = `/api/lines/${line._id}/devices`;
  return (await workspace.call<RelayDevicesAnswer>('GET', path)).body.devices;
}

export function isConnected(mac: Mac): Promise<unknown> {
  return until('the Mac is connected', async () =>
    (await devicesOf(mac)).some(({ connected, selfTest }) => connected && selfTest !== null),
  );
}

export function channelLineOf({ workspace, line }: Mac): ChannelLine {
  return {
    workspaceId: workspace.workspaceId,
    lineId: line._id,
    messageType: 'imessage',
    phone: line.phone,
    email: null,
    name: '',
    transportConfig: {},
    secret: null,
  };
}
