import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../testing.ts';
import { parseFallbackConfig, UpdateFallbackConfigBody } from './fallback-config.ts';

const ID = '0199c2f07a3b00010c9b2d4e';
const refusal = (body: unknown) => refusalOf(() => parseFallbackConfig(body));

describe('parseFallbackConfig', () => {
  test('only what is given changes', () => {
    expect(parseFallbackConfig({ enabled: true }).request).toEqual({ enabled: true });
    expect(
      parseFallbackConfig({
        provider: 'sandbox',
        lineId: ID,
        sendFallbackSmsOnFailed: false,
        attachmentLinks: true,
      }).request,
    ).toEqual({
      provider: 'sandbox',
      lineId: ID,
      sendFallbackSmsOnFailed: false,
      attachmentLinks: true,
    });
  });

  test('provider null removes the fallback', () => {
    expect(parseFallbackConfig({ provider: null, lineId: null }).request).toEqual({
      provider: null,
      lineId: null,
    });
  });

  test('twilio brings its account, trimmed; what a form left blank changes nothing', () => {
    const twilio = { accountSid: `AC${'0'.repeat(32)}`, messagingServiceSid: `MG${'a'.repeat(32)}` };
    const body = { provider: 'twilio', ...twilio, authToken: ' hunter2\n', fromNumber: '(202) 555-0100' };
    expect(parseFallbackConfig({ ...body, verify: false })).toEqual({
      request: {
        provider: 'twilio',
        ...twilio,
        authToken: 'hunter2',
        fromNumber: '+12025550100',
        verify: false,
      },
      warnings: [],
    });
    const blank = { enabled: true, accountSid: '', authToken: ' ', fromNumber: '', messagingServiceSid: '' };
    expect(parseFallbackConfig(blank).request).toEqual({ enabled: true });
    expect(parseFallbackConfig({ messagingServiceSid: null }).request).toEqual({ messagingServiceSid: null });
  });

  test('no refusal repeats the token', () => {
    expect(JSON.stringify(refusal({ authToken: 'hunter2'.repeat(600) }))).not.toContain('hunter2');
  });

  test.each([
    [{}, 'NOTHING_TO_CHANGE'],
    [{ enabled: null }, 'NOTHING_TO_CHANGE'],
    [{ enabled: 'yes' }, 'INVALID_FIELD'],
    [{ provider: 'fax' }, 'INVALID_FIELD'],
    [{ lineId: 'x' }, 'LINE_NOT_FOUND'],
    [{ lineId: 5 }, 'INVALID_FIELD'],
    [{ accountSid: 'AC1' }, 'INVALID_FIELD'],
    [{ accountSid: `SK${'0'.repeat(32)}` }, 'INVALID_FIELD'],
    [{ messagingServiceSid: 'MG1' }, 'INVALID_FIELD'],
    [{ fromNumber: 'MyShop' }, 'INVALID_FIELD'],
    [{ verify: 'no' }, 'INVALID_FIELD'],
    ['x', 'BODY_NOT_OBJECT'],
  ])('%j is refused with %s', (body, code) => {
    expect(refusal(body)).toMatchObject({ code });
  });

  test('any JSON is parsed or refused with a Problem; what the schema refuses, the parser refuses', () => {
    const bodies = fc.dictionary(
      fc.constantFrom(...Object.keys(UpdateFallbackConfigBody.shape)),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), bodies), (body) => {
        const refused = refusal(body) !== null;
        if (!UpdateFallbackConfigBody.safeParse(body).success) expect(refused).toBe(true);
      }),
    );
  });
});
