import { z } from 'zod';
import { SandboxPhoneAnswer } from '../../contract/lines/sandbox.ts';
import { invalidField } from '../../contract/problems.ts';
import { normalizeAddress } from '../../domain/address.ts';
import { type Call, ok, type Route } from '../route.ts';

export const sandboxRoutes: readonly Route[] = [
  {
    operationId: 'readSandboxPhone',
    method: 'GET',
    path: '/api/sandbox/phones/{address}',
    tag: 'Sandbox',
    scope: 'read',
    summary: 'Read what a simulated phone has received',
    description:
      'Counts copies: what lines with the transport `sandbox` have sent to this number or e-mail address.',
    pathParams: z.object({ address: z.string().meta({ example: '+12025550100' }) }),
    answers: {
      200: {
        description:
          'The newest 1,000 copies, and how many there are in all; none for a phone nothing was sent to.',
        schema: SandboxPhoneAnswer,
      },
    },
    problems: ['INVALID_FIELD'],
    handle: async (call) => ok(await call.actions.readSandboxPhone(call.deps, call.caller, addressOf(call))),
  },
];

function addressOf({ params }: Call): string {
  const address = normalizeAddress(params.address ?? '');
  if (address === null)
    throw invalidField('address', 'must be a phone number in E.164 format or an e-mail address');
  return address;
}
