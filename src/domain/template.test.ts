import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processorTime } from '../../test/processor-time.ts';
import { render, renderMessage, type TemplateLead, templateValues } from './template.ts';

const VALUES = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  companyName: '',
  jobTitle: null,
  'address.city': 'London',
  _x1: 'one',
};

/** The text alone. */
function fill(text: string, values: Record<string, string | null | undefined> = VALUES): string {
  return render(text, values).text;
}

const anyName = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.]{0,12}$/);
const braceless = fc.string({ unit: 'grapheme' }).filter((text) => !/[{}]/.test(text));
const bracy = fc.string({
  unit: fc.constantFrom('{', '}', '{{', '}}', '|', ' ', 'a', '_', '.', '1', '\n', 'firstName', 'é', '🙂'),
  maxLength: 60,
});
const anyValues = fc.dictionary(anyName, fc.option(fc.string(), { nil: undefined }));

describe('a placeholder', () => {
  it.each([
    ['Hi {{firstName}}!', 'Hi Ada!'],
    ['Hi {firstName}!', 'Hi Ada!'],
    ['{{firstName|there}}', 'Ada'],
    ['{firstName|there}', 'Ada'],
    ['{{nickName|there}}', 'there'],
    ['{nickName|there}', 'there'],
    ['{{firstName}}{lastName}{{firstName}}', 'AdaLovelaceAda'],
    ['{address.city} {_x1}', 'London one'],
    [
      '{{ firstName }} {{nickName | there }} {{ nickName | there }} {{\tnickName|there\t}}',
      'Ada {{nickName | there }} there there',
    ],
  ])('is filled in: %j', (text, expected) => {
    expect(fill(text)).toBe(expected);
  });

  it('has its default used to the letter, blanks and bars included', () => {
    expect(fill('Hi{x| there }.')).toBe('Hi there .');
    expect(fill('{{x|a|b}}{x|}{x|Grüße, 🙂}')).toBe('a|bGrüße, 🙂');
  });

  it('without a value takes its default: absent, null, undefined and blank are all no value', () => {
    const values = { a: null, b: undefined, c: '', d: ' \n' };
    expect(render('{a|1}{b|2}{c|3}{d|4}{e|5}', values)).toEqual({ text: '12345', missing: [] });
  });

  it('without value and default becomes nothing and is listed once, in order of appearance', () => {
    expect(render('{{zip}}-{jobTitle}-{zip}-{companyName}-{firstName}', VALUES)).toEqual({
      text: '----Ada',
      missing: ['zip', 'jobTitle', 'companyName'],
    });
  });

  it('with an empty default is not missing', () => {
    expect(render('Hi{nickName|}', VALUES)).toEqual({ text: 'Hi', missing: [] });
  });

  it('is case-sensitive', () => {
    expect(render('{firstname}', VALUES)).toEqual({ text: '', missing: ['firstname'] });
  });

  it('finds own properties only', () => {
    const inherited: Record<string, string> = Object.create({ firstName: 'Eve' });
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'firstName']) {
      expect(render(`{{${name}}}`, inherited)).toEqual({ text: '', missing: [name] });
      expect(render(`{${name}|you}`, inherited)).toEqual({ text: 'you', missing: [] });
    }
  });
});

describe('braces that are no placeholder', () => {
  it.each([
    '',
    '{}',
    '{ }',
    '{{}}',
    '{{ }}',
    '{1}',
    '{{1a}}',
    '{ firstName }',
    '{first name}',
    '{first-name}',
    '{firstName',
    '{{firstName',
    'firstName}}',
    '{firstName|',
    '{|there}',
    '{{|there}}',
    '{"firstName": "x", "n": {"a": [1, 2]}}',
    '{"a":{}}',
    'a { color: red; } b{margin:0}',
    '{{#if x}}',
    '{{/if}}',
    '{{> partial}}',
    '{1 + 1}',
    '{%raw%}',
    '{é}',
    '} {',
    '{\nfirstName\n}',
  ])('stay as they are: %j', (text) => {
    expect(render(text, VALUES)).toEqual({ text, missing: [] });
  });

  it.each([
    ['{{{firstName}}}', '{Ada}'],
    ['{{firstName}', '{Ada'],
    ['{firstName}}', 'Ada}'],
    ['{x|{firstName}}', '{x|Ada}'],
    ['{{x|a}b}}', '{ab}}'],
    ['{{firstName} }', '{Ada }'],
    ['{ {firstName} }', '{ Ada }'],
    ['{"name": "{firstName}"}', '{"name": "Ada"}'],
  ])('may stand around one: %j', (text, expected) => {
    expect(fill(text)).toBe(expected);
  });
});

describe('a rendered text', () => {
  it('without braces is the text', () => {
    fc.assert(
      fc.property(braceless, anyValues, (text, values) => {
        expect(render(text, values)).toEqual({ text, missing: [] });
      }),
    );
  });

  it('holds values as they are: a value is never read as a template', () => {
    const sly = fc
      .oneof(fc.constantFrom('{{lastName}}', '{lastName}', '{x|boom}', '{', '}}', '$&', '$1', '\\'), bracy)
      .filter((value) => value.trim() !== '');
    fc.assert(
      fc.property(sly, braceless, (value, between) => {
        expect(fill(`${between}{{a}}${between}{a}`, { a: value, lastName: 'leak' })).toBe(
          `${between}${value}${between}${value}`,
        );
        expect(fill(`{{a}}{lastName}`, { a: '{', lastName: 'x}' })).toBe('{x}');
      }),
    );
  });

  it('is the parts put together, whatever the parts are', () => {
    const part = fc.oneof(
      braceless.map((text) => ({ source: text, shown: (_: Record<string, string | undefined>) => text })),
      fc.tuple(anyName, fc.option(braceless), fc.boolean()).map(([name, fallback, double]) => {
        const inner = fallback === null ? name : `${name}|${fallback}`;
        return {
          source: double ? `{{${inner}}}` : `{${inner}}`,
          shown: (values: Record<string, string | undefined>) => {
            const value = Object.hasOwn(values, name) ? (values[name] ?? '') : '';
            return value.trim() === '' ? (fallback ?? '') : value;
          },
        };
      }),
    );
    fc.assert(
      fc.property(fc.array(part), anyValues, (parts, values) => {
        const source = parts.map((each) => each.source).join('');
        expect(fill(source, values)).toBe(parts.map((each) => each.shown(values)).join(''));
      }),
      { numRuns: 500 },
    );
  });

  it('lists as missing exactly the names that show nothing of their own', () => {
    fc.assert(
      fc.property(fc.array(anyName), anyValues, (names, values) => {
        const { missing } = render(names.map((name) => `{${name}}`).join(' '), values);
        const blank = names.filter(
          (name) => !Object.hasOwn(values, name) || (values[name] ?? '').trim() === '',
        );
        expect(missing).toEqual([...new Set(blank)]);
      }),
    );
  });

  it('never fails and never grows without values, whatever the braces', () => {
    fc.assert(
      fc.property(bracy, (text) => {
        const { text: rendered, missing } = render(text, {});
        expect(rendered.length).toBeLessThanOrEqual(text.length);
        expect(new Set(missing).size).toBe(missing.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes time in proportion to its template, even a hostile one', () => {
    const hostile = [
      '{',
      '{{',
      '{a',
      '{{a',
      '{a|',
      '{{a|',
      '{{ a ',
      '{{ a | ',
      '{a.',
      '}',
      '{{a|b}',
      '{|',
      'a|',
      '{a}',
      '{{ ',
      '{{a|b}}',
      ' ',
    ];
    for (const piece of hostile) {
      for (const text of [
        piece.repeat(200_000),
        `{${piece.repeat(200_000)}`,
        `{{a|${piece.repeat(200_000)}}`,
      ]) {
        const start = processorTime();
        render(text, { a: 'x' });
        expect([piece, processorTime() - start < 3_000]).toEqual([piece, true]);
      }
    }
  });
});

const ADA: TemplateLead = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  companyName: 'Engines Ltd',
  email: 'ada@example.com',
  phone: '+14155550123',
  jobTitle: 'Analyst',
  customFields: null,
};
const NOBODY: TemplateLead = {
  firstName: null,
  lastName: null,
  companyName: null,
  email: null,
  phone: null,
  jobTitle: null,
  customFields: null,
};

describe('the values of a template', () => {
  it("are the lead's fields and the name of the line", () => {
    expect(templateValues(ADA, { firstName: 'Sam', lastName: 'Hill' })).toEqual({
      firstName: 'Ada',
      lastName: 'Lovelace',
      companyName: 'Engines Ltd',
      email: 'ada@example.com',
      phone: '+14155550123',
      jobTitle: 'Analyst',
      line_name: 'Sam Hill',
    });
  });

  it.each([
    [null, null],
    [{ firstName: null, lastName: null }, null],
    [{ firstName: ' ', lastName: '' }, null],
    [{ firstName: 'Sam', lastName: null }, 'Sam'],
    [{ firstName: null, lastName: 'Hill' }, 'Hill'],
    [{ firstName: ' Sam ', lastName: ' Hill' }, 'Sam Hill'],
  ])('name the line %j as %j', (line, expected) => {
    expect(templateValues(NOBODY, line).line_name).toBe(expected);
  });

  it('include custom fields that are strings, numbers or booleans, and no others', () => {
    const customFields = {
      city: 'London',
      seats: 12,
      price: 9.5,
      zero: 0,
      trial: false,
      list: [1],
      nested: { a: 1 },
      none: null,
      gone: undefined,
    };
    const values = templateValues({ ...NOBODY, customFields }, null);
    expect(values).toMatchObject({ city: 'London', seats: '12', price: '9.5', zero: '0', trial: 'false' });
    expect(Object.keys(values)).not.toEqual(expect.arrayContaining(['list']));
    for (const name of ['list', 'nested', 'none', 'gone']) expect(Object.hasOwn(values, name)).toBe(false);
  });

  it('keep a custom field from hiding a field of the lead', () => {
    const customFields = { firstName: 'Eve', jobTitle: 'Spy', line_name: 'Mallory' };
    expect(templateValues({ ...ADA, jobTitle: null, customFields }, null)).toMatchObject({
      firstName: 'Ada',
      jobTitle: null,
      line_name: null,
    });
  });

  it('take nothing from prototypes and leave them alone', () => {
    const customFields: Record<string, unknown> = JSON.parse(
      '{"__proto__": "polluted", "constructor": "mine"}',
    );
    Object.setPrototypeOf(customFields, { inherited: 'leak' });
    const values = templateValues({ ...NOBODY, customFields }, null);
    expect(render('{inherited}{toString}', values)).toEqual({ text: '', missing: ['inherited', 'toString'] });
    expect(render('{constructor}', values).text).toBe('mine');
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('render the documented message', () => {
    const text =
      '{{firstName}}, {line_name|we} from {companyName} wrote to {email|you} ({jobTitle|no title}); {seats} seats.';
    const values = templateValues(
      { ...ADA, jobTitle: '', customFields: { seats: 3 } },
      { firstName: 'Sam', lastName: null },
    );
    expect(render(text, values)).toEqual({
      text: 'Ada, Sam from Engines Ltd wrote to ada@example.com (no title); 3 seats.',
      missing: [],
    });
  });
});

describe('a message', () => {
  it('is filled in as a whole: text and subject, and what is missing in either is named once', () => {
    const message = {
      message: 'Hi {firstName}{nick}',
      subject: '{companyName|News} for {firstName}{nick}{city}',
    };
    expect(renderMessage(message, { firstName: 'Ada' })).toEqual({
      text: 'Hi Ada',
      subject: 'News for Ada',
      missing: ['nick', 'city'],
    });
    expect(renderMessage({ message: 'Hi', subject: null }, {})).toEqual({
      text: 'Hi',
      subject: null,
      missing: [],
    });
  });

  it('keeps its subject on one line, whatever a value holds', () => {
    const { subject } = renderMessage({ message: '', subject: 'For {x}' }, { x: 'a\r\nBcc: b@example.com' });
    expect(subject).toBe('For a Bcc: b@example.com');
  });
});
