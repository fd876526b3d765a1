/** Wire shapes of pairing a Mac with a line, and of the Macs that are paired. */
import { z } from 'zod';
import { Id, Instant } from '../common.ts';
import { asObject, type Fields, readInteger, readLabel } from '../fields.ts';
import { invalidField } from '../problems.ts';
import { FILE_PIECE_BYTES, SelfTest } from './relay.ts';

export const PairingCodeAnswer = z
  .object({
    code: z.string().meta({ description: 'Typed at the Mac; good once.', example: 'K7QM-2XHD' }),
    expiresAt: Instant,
    command: z.string().meta({ description: 'What to run on the Mac.' }),
  })
  .meta({ id: 'PairingCodeAnswer' });
export type PairingCodeAnswer = z.infer<typeof PairingCodeAnswer>;

export const RelayDevice = z
  .object({
    _id: Id,
    lineId: Id,
    name: z.string(),
    driver: z.string().meta({ description: 'What moves messages there, e.g. `messages-app`.' }),
    agentVersion: z.string().nullable(),
    protocol: z.int().nullable(),
    connected: z.boolean(),
    pairedAt: Instant,
    lastSeenAt: Instant.nullable(),
    revokedAt: Instant.nullable(),
    selfTest: SelfTest.nullable().meta({ description: 'What it last found about itself.' }),
  })
  .meta({ id: 'RelayDevice' });
export type RelayDevice = z.infer<typeof RelayDevice>;

export const RelayDevicesAnswer = z
  .object({ devices: z.array(RelayDevice) })
  .meta({ id: 'RelayDevicesAnswer' });
export type RelayDevicesAnswer = z.infer<typeof RelayDevicesAnswer>;

export const RelayDeviceAnswer = z.object({ device: RelayDevice }).meta({ id: 'RelayDeviceAnswer' });
export type RelayDeviceAnswer = z.infer<typeof RelayDeviceAnswer>;

const MAX_NAME = 200;

export const PairBody = z
  .object({
    code: z.string().meta({ description: 'Case, blanks and dashes do not matter.' }),
    name: z.string().max(MAX_NAME).nullish().meta({ description: 'Of the Mac, for people.' }),
    driver: z.string().max(64).nullish(),
  })
  .meta({
    id: 'PairBody',
    example: { code: 'K7QM-2XHD', name: 'Mac mini in the office', driver: 'messages-app' },
  });

export interface Pair {
  code: string;
  name: string;
  driver: string;
}

export function parsePair(body: unknown): Pair {
  const fields = asObject(body);
  const code = readLabel(fields, 'code', 64);
  if (code === null) throw invalidField('code', 'must be given');
  return {
    code,
    name: readLabel(fields, 'name', MAX_NAME) ?? 'Mac',
    driver: readLabel(fields, 'driver', 64) ?? 'unknown',
  };
}

export const PairAnswer = z
  .object({
    token: z.string().meta({ description: 'Shown once; the agent keeps it in a file of its own.' }),
    device: RelayDevice,
    line: z.object({ _id: Id, phone: z.string().nullable(), email: z.string().nullable() }),
  })
  .meta({ id: 'PairAnswer' });
export type PairAnswer = z.infer<typeof PairAnswer>;

export const PollBody = z
  .object({
    envelopes: z.array(z.unknown()).max(100).nullish(),
    known: z
      .array(z.string())
      .max(100)
      .nullish()
      .meta({ description: 'Jobs that the relay has and has not taken yet.' }),
    waitMs: z.int().min(0).nullish().meta({ description: 'Up to 25 s; 0 answers at once.' }),
  })
  .meta({ id: 'PollBody', example: { envelopes: [], known: [], waitMs: 0 } });

export interface Poll {
  envelopes: readonly unknown[];
  known: ReadonlySet<unknown>;
  waitMs: number;
}

export function parsePoll(body: unknown): Poll {
  const fields = asObject(body);
  const waitMs = readInteger(fields, 'waitMs', 0, 3_600_000) ?? 0;
  return { envelopes: readList(fields, 'envelopes'), known: new Set(readList(fields, 'known')), waitMs };
}

function readList(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name] ?? [];
  if (!Array.isArray(value) || value.length > 100)
    throw invalidField(name, 'must be an array of at most 100');
  return value;
}

export const PollAnswer = z.object({ envelopes: z.array(z.unknown()) }).meta({ id: 'PollAnswer' });
export const PieceAnswer = z.object({ stored: z.literal(true) }).meta({
  id: 'PieceAnswer',
  description: `At most ${FILE_PIECE_BYTES} bytes a piece.`,
});
