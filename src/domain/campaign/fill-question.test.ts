import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpCondition } from './campaign.ts';
import { faultOf, fillQuestion, hostOf } from './fill-question.ts';

type Wish = Partial<Pick<HttpCondition, 'url' | 'method' | 'body'>>;

function condition(wish: Wish): Pick<HttpCondition, 'url' | 'method' | 'body'> {
  return { url: 'https://crm.example/find', method: 'GET', body: null, ...wish };
}

function urlFor(url: string, values: Record<string, string | null>): string {
  const filled = fillQuestion(condition({ url }), null, values);
  return 'url' in filled ? filled.url : filled.error;
}

function bodyFor(
  body: string,
  values: Record<string, string | null>,
  contentType: string | null = null,
): unknown {
  const filled = fillQuestion(condition({ method: 'POST', body }), contentType, values);
  return 'url' in filled ? filled.body : filled.error;
}

describe('an address', () => {
  it.each([
    ['https://x.example/{firstName}', { firstName: 'a/b?c#d e' }, 'https://x.example/a%2Fb%3Fc%23d%20e'],
    [
      'https://x.example/?q={{phone}}&z=1',
      { phone: '+1 202&x=1' },
      'https://x.example/?q=%2B1%20202%26x%3D1&z=1',
    ],
    ['https://x.example/{firstName|nobody}', { firstName: null }, 'https://x.example/nobody'],
    ['https://x.example/{firstName}/private', { firstName: '..' }, 'https://x.example//private'],
    ['https://x.example/{firstName}', { firstName: 'Zoë' }, 'https://x.example/Zo%C3%AB'],
    ['https://x.example/{firstName}', { firstName: '\ud800' }, 'https://x.example/%EF%BF%BD'],
    ["https://x.example/?f=name='{firstName}'", { firstName: "o'x" }, "https://x.example/?f=name='o%27x'"],
    [
      'https://x.example/{{firstName}}',
      { firstName: '{lastName}', lastName: 'x' },
      'https://x.example/%7BlastName%7D',
    ],
  ])('%s holds what is known of the contact as data', (url, values, expected) => {
    expect(urlFor(url, values)).toBe(expected);
  });

  it('asks the same host for the same path, whatever a contact is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const url = new URL(
          urlFor('https://crm.example/people/{firstName}/deals?name={firstName}', { firstName: name }),
        );
        expect(url.origin).toBe('https://crm.example');
        const [, people, , deals, ...rest] = url.pathname.split('/');
        expect([people, deals, ...rest]).toEqual(['people', 'deals']);
        expect([...url.searchParams.keys()]).toEqual(['name']);
      }),
    );
  });

  it.each([
    ['https://{companyName}/x', 'Placeholders must not stand in the host of its address'],
    ['https://{{companyName}}.example/x', 'Placeholders must not stand in the host of its address'],
    ['https://x.example:{firstName}/', 'Placeholders must not stand in the host of its address'],
    ['{companyName}', 'Its address must begin with http:// or https:// and a host'],
    ['ftp://x.example/', 'Its address must begin with http:// or https:// and a host'],
    ['https:///x', 'Its address must begin with http:// or https:// and a host'],
  ])('%s is refused before anybody is asked', (url, fault) => {
    expect(faultOf(condition({ url }), null)).toBe(fault);
    expect(urlFor(url, { companyName: 'evil.example', firstName: '80' })).toBe(fault);
  });

  it('is told by its host alone', () => {
    expect(hostOf('https://crm.example:8443/x?key=secret')).toBe('crm.example:8443');
  });
});

describe('a body', () => {
  it('of JSON has its texts filled, and keeps its shape whatever they say', () => {
    const template =
      '{"phone": "{{phone}}", "n": 1, "who": ["{firstName} {lastName|?}"], "x": null, "{a}": true}';
    expect(bodyFor(template, { phone: '+1"}', firstName: 'A\\"\n', lastName: null })).toBe(
      JSON.stringify({ phone: '+1"}', n: 1, who: ['A\\"\n ?'], x: null, '{a}': true }),
    );
    fc.assert(
      fc.property(fc.string(), (phone) => {
        const filled = JSON.parse(
          String(bodyFor('{"phone":"{{phone}}","admin":false}', { phone })),
        ) as object;
        expect(Object.keys(filled)).toEqual(['phone', 'admin']);
        expect(filled).toMatchObject({ admin: false });
      }),
    );
  });

  it('that is no JSON is refused, unless its headers say that it is something else', () => {
    const fault = 'Its body must be JSON; placeholders stand inside of texts, like {"phone": "{{phone}}"}';
    expect(faultOf(condition({ method: 'POST', body: '{"n": {{n}}}' }), null)).toBe(fault);
    expect(faultOf(condition({ method: 'POST', body: 'a=1' }), 'application/vnd.api+json')).toBe(fault);
    expect(faultOf(condition({ method: 'POST', body: 'a=1' }), 'text/plain')).toBeNull();
    expect(bodyFor('{"n": {{n}}}', { n: '1' })).toBe(fault);
  });

  it('of a form is encoded, and of anything else stands as it is', () => {
    const form = 'application/x-www-form-urlencoded; charset=utf-8';
    expect(bodyFor('a={firstName}&b=1', { firstName: 'x&b=2' }, form)).toBe('a=x%26b%3D2&b=1');
    expect(bodyFor('<a>{firstName}</a>', { firstName: 'x' }, 'application/xml')).toBe('<a>x</a>');
  });

  it('says its own type where its headers don’t, and does not go with a GET', () => {
    const filled = fillQuestion(condition({ method: 'POST', body: '{}' }), null, {});
    expect(filled).toMatchObject({ contentType: 'application/json', body: '{}' });
    expect(fillQuestion(condition({ method: 'POST', body: '{}' }), 'application/json', {})).toMatchObject({
      contentType: null,
    });
    expect(fillQuestion(condition({ body: 'not json' }), null, {})).toMatchObject({
      body: null,
      contentType: null,
    });
  });
});
