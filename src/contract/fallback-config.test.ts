import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFallbackConfig, UpdateFallbackConfigBody } from './fallback-config.ts';
import { parseLeadQuery } from './leads.ts';
import { refusalOf } from './testing.ts';

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

  test('twilio is refused for now, and its credentials are not echoed', () => {
    const body = { provider: 'twilio', accountSid: 'AC1', authToken: 'hunter2', fromNumber: '+12025550100' };
    expect(refusal(body)).toMatchObject({ status: 400, code: 'PROVIDER_NOT_SUPPORTED' });
    expect(parseFallbackConfig({ enabled: true, authToken: 'hunter2' }).warnings).toEqual([
      'Unknown field: authToken',
    ]);
  });

  test.each([
    [{}, 'NOTHING_TO_CHANGE'],
    [{ enabled: null }, 'NOTHING_TO_CHANGE'],
    [{ enabled: 'yes' }, 'INVALID_FIELD'],
    [{ provider: 'fax' }, 'INVALID_FIELD'],
    [{ lineId: 'x' }, 'LINE_NOT_FOUND'],
    [{ lineId: 5 }, 'INVALID_FIELD'],
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

describe('parseLeadQuery', () => {
  test('reads the id', () => {
    expect(parseLeadQuery({ id: ID })).toBe(ID);
  });

  test.each(['', 'x', ID.toUpperCase(), [ID, ID]])(
    '%j is an invalid lead id, in the documented words',
    (id) => {
      expect(refusalOf(() => parseLeadQuery({ id }))).toMatchObject({
        status: 400,
        error: 'Invalid lead id',
      });
    },
  );

  test('without an id it says so', () => {
    expect(refusalOf(() => parseLeadQuery({}))).toMatchObject({
      status: 400,
      error: 'id must be given',
      param: 'id',
    });
  });
});
