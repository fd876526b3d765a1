/**
 * The doors for Macs: pairing by a code; then, by the token of the device, envelopes by long poll and the bytes of
 * attachments both ways. The quicker way for envelopes is the WebSocket at `/relay/link` (relay-links.ts).
 */
import { z } from 'zod';
import type { Device } from '../../actions/devices/authenticate-device.ts';
import { POLL_HOLD_MS, parseDeviceEnvelope, type ServerEnvelope } from '../../contract/lines/relay.ts';
import {
  PairAnswer,
  PairBody,
  PieceAnswer,
  PollAnswer,
  PollBody,
  parsePair,
  parsePoll,
} from '../../contract/lines/relay-devices.ts';
import { problem } from '../../contract/problems.ts';
import { isId } from '../../lib/ids.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';

const tag = 'Relay';
const pieceParams = z.object({
  jobId: z.string(),
  n: z.string().meta({ description: 'From 0.' }),
});

export const relayRoutes: readonly Route[] = [
  {
    operationId: 'pairDevice',
    method: 'POST',
    path: '/relay/pair',
    tag,
    scope: null,
    door: 'guess',
    summary: 'Pair a Mac with the line of a pairing code',
    description: 'The relay calls it. A Mac that the line had before is let go.',
    body: PairBody,
    answers: { 201: { description: 'Paired. The token is shown once.', schema: PairAnswer } },
    problems: ['INVALID_PAIRING_CODE'],
    handle: async ({ deps, actions, body }) => ({
      status: 201,
      body: await actions.pairDevice(deps, parsePair(body)),
    }),
  },
  {
    operationId: 'pollRelay',
    method: 'POST',
    path: '/relay/poll',
    tag,
    scope: null,
    door: 'device',
    summary: 'Bring envelopes, and wait for those of the server',
    description:
      'For networks that let no WebSocket through: the same envelopes as `/relay/link`. Held until the line’s Mac is wanted, or `waitMs` have passed.',
    body: PollBody,
    answers: { 200: { description: 'What the relay is told.', schema: PollAnswer } },
    problems: [],
    handle: poll,
  },
  {
    operationId: 'putRelayFilePiece',
    method: 'PUT',
    path: '/relay/files/{jobId}/{n}',
    tag,
    scope: null,
    door: 'device',
    summary: 'Bring up one piece of an attachment that was asked for',
    description:
      'The body is the bytes, up to 512 KB; the file as a whole up to 25 MB. A piece may be sent again.',
    pathParams: pieceParams,
    answers: { 200: { description: 'Stored.', schema: PieceAnswer } },
    problems: ['NOT_FOUND', 'BODY_TOO_LARGE'],
    async handle(call) {
      const { jobId, n } = pieceOf(call);
      await call.actions.takeFilePiece(call.deps, deviceOf(call), jobId, n, call.bytes);
      return ok({ stored: true });
    },
  },
  {
    operationId: 'getRelayFile',
    method: 'GET',
    path: '/relay/files/{jobId}/{n}',
    tag,
    scope: null,
    door: 'device',
    summary: 'Fetch a file of a message that the Mac is asked to send',
    pathParams: pieceParams,
    answers: { 200: { description: 'The bytes.', isFile: true } },
    problems: ['NOT_FOUND'],
    async handle(call) {
      const { jobId, n } = pieceOf(call);
      const { sizeBytes, bytes } = await call.actions.openJobFile(call.deps, deviceOf(call), jobId, n);
      const headers = { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) };
      return { status: 200, body: bytes, headers };
    },
  },
];

const LOOK_EVERY_MS = 1_000;

async function poll(call: Call): Promise<Answer> {
  const { deps, actions } = call;
  const device = deviceOf(call);
  const { envelopes, known, waitMs } = parsePoll(call.body);
  const answers: ServerEnvelope[] = [];
  let isLeaving = false;
  for (const each of envelopes) {
    const envelope = parseDeviceEnvelope(each);
    if (envelope === null) {
      answers.push({ type: 'refused', code: 'UNREADABLE', message: 'An envelope can’t be read' });
      continue;
    }
    isLeaving ||= envelope.type === 'bye';
    answers.push(...(await actions.answerDevice(deps, device, envelope)));
  }
  if (isLeaving) return ok({ envelopes: answers });
  await actions.noteSeen(deps, device, deps.clock.now());
  const until = deps.clock.now() + Math.min(waitMs, POLL_HOLD_MS);
  for (;;) {
    const heard = deps.relay.jobs.rings();
    const jobs = await actions.jobsOf(deps, device);
    answers.push(...jobs.filter((job) => job.type !== 'job' || !known.has(job.id)));
    const leftMs = until - deps.clock.now();
    if (answers.length > 0 || leftMs <= 0 || call.gone.aborted) return ok({ envelopes: answers });
    await deps.relay.jobs.wait(heard, Math.min(LOOK_EVERY_MS, leftMs), call.gone);
    // Whoever is let go meanwhile hears of it within the second.
    if ((await actions.revokedAmong(deps, [device])).size > 0) throw problem('NOT_PAIRED');
  }
}

function deviceOf({ device }: Call): Device {
  if (device === null) throw problem('NOT_PAIRED');
  return device;
}

function pieceOf({ params }: Call): { jobId: string; n: number } {
  const { jobId = '', n = '' } = params;
  if (!isId(jobId) || !/^\d{1,3}$/.test(n)) throw problem('NOT_FOUND');
  return { jobId, n: Number(n) };
}
