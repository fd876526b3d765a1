/**
 * Placeholders (D26): `{{name}}`, `{{name|default}}`, `{name}`, `{name|default}`. One pass from left to right by hand,
 * because a value must never be read again as template, and because no text may make it slow: every brace is looked at
 * a bounded number of times, and a scan ends at the next brace.
 */

/** What placeholders may name; only own properties are looked at. */
export type TemplateValues = Readonly<Record<string, string | null | undefined>>;

/** A text ready to send, and what the timeline warns of (D26). */
export interface Rendered {
  text: string;
  /** Names without value and default, once each, in order of appearance. */
  missing: string[];
}

/**
 * `text` with its placeholders filled in (D26). A value that is absent, null or blank counts as missing: the default
 * stands in, else nothing. Braces around anything but a placeholder stay as they are. `{{ name | default }}` is taken
 * too: blanks inside the braces belong to that style; without them a default is used to the letter.
 */
export function render(text: string, values: TemplateValues): Rendered {
  const missing = new Set<string>();
  let rendered = '';
  let copied = 0;
  let open = text.indexOf('{');
  while (open !== -1) {
    const found = readPlaceholder(text, open);
    if (found === null) {
      open = text.indexOf('{', open + 1);
      continue;
    }
    const value = lookUp(values, found.name);
    if (value === null && found.fallback === null) missing.add(found.name);
    rendered += text.slice(copied, open) + (value ?? found.fallback ?? '');
    copied = found.end;
    open = text.indexOf('{', found.end);
  }
  return { text: rendered + text.slice(copied), missing: [...missing] };
}

/** Text and subject of one message, filled in together. */
export interface RenderedMessage extends Rendered {
  subject: string | null;
}

/** A value may hold line breaks, a subject may not: they would end the header it stands in. */
export function renderMessage(
  { message, subject }: { message: string; subject: string | null },
  values: TemplateValues,
): RenderedMessage {
  const body = render(message, values);
  if (subject === null) return { ...body, subject };
  const head = render(subject, values);
  return {
    text: body.text,
    subject: head.text.replaceAll(/\p{Cc}+/gu, ' '),
    missing: [...new Set([...body.missing, ...head.missing])],
  };
}

/** What a template may say of a lead. `customFields` may hold anything JSON can; only plain values are used. */
export interface TemplateLead {
  firstName: string | null;
  lastName: string | null;
  companyName: string | null;
  email: string | null;
  phone: string | null;
  jobTitle: string | null;
  customFields: Readonly<Record<string, unknown>> | null;
}

/** The sender's display name in two parts (contract 2.3). */
export interface TemplateLine {
  firstName: string | null;
  lastName: string | null;
}

/**
 * Values for `render`: the lead's fields, `line_name`, and custom fields that are strings, numbers or booleans. A custom
 * field never hides a field of the lead. `line` is null while none is chosen.
 */
export function templateValues(lead: TemplateLead, line: TemplateLine | null): Record<string, string | null> {
  const { firstName, lastName, companyName, email, phone, jobTitle } = lead;
  const lineName = [line?.firstName, line?.lastName]
    .map((part) => part?.trim())
    .filter(Boolean)
    .join(' ');
  // fromEntries defines properties instead of assigning them: a field called "__proto__" is only a field.
  return Object.fromEntries<string | null>([
    ...Object.entries(lead.customFields ?? {}).flatMap(([name, value]) =>
      isPlain(value) ? [[name, `${value}`] as const] : [],
    ),
    ...Object.entries({
      firstName,
      lastName,
      companyName,
      email,
      phone,
      jobTitle,
      line_name: lineName || null,
    }),
  ]);
}

interface Placeholder {
  name: string;
  fallback: string | null;
  /** Index behind the last brace. */
  end: number;
}

/** What `render` would fill in, in order. */
export function placeholdersIn(text: string): Pick<Placeholder, 'name' | 'fallback'>[] {
  const found: Placeholder[] = [];
  let open = text.indexOf('{');
  while (open !== -1) {
    const placeholder = readPlaceholder(text, open);
    if (placeholder !== null) found.push(placeholder);
    open = text.indexOf('{', placeholder?.end ?? open + 1);
  }
  return found;
}

function readPlaceholder(text: string, open: number): Placeholder | null {
  return (
    (text[open + 1] === '{' ? readBetween(text, open + 2, '}}') : null) ?? readBetween(text, open + 1, '}')
  );
}

/** Sticky, so that they look at one place only; neither can backtrack over more than it has read. */
const NAME = /[A-Za-z_][A-Za-z0-9_.]*/y;
const DEFAULT = /\|[^{}]*/y;
const BLANKS = /[ \t]*/y;

function readBetween(text: string, start: number, close: '}' | '}}'): Placeholder | null {
  const lead = close === '}}' ? match(BLANKS, text, start) : '';
  const isAiry = lead !== '';
  const name = match(NAME, text, start + lead.length);
  if (name === '') return null;
  let at = start + lead.length + name.length;
  if (isAiry) at += match(BLANKS, text, at).length;
  const fallback = match(DEFAULT, text, at);
  at += fallback.length;
  if (!text.startsWith(close, at)) return null;
  const given = isAiry ? fallback.slice(1).trim() : fallback.slice(1);
  return { name, fallback: fallback === '' ? null : given, end: at + close.length };
}

/** What `pattern` matches exactly at `at`, '' when nothing. */
function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Own properties only: `{constructor}` must not find what every object inherits. */
function lookUp(values: TemplateValues, name: string): string | null {
  const value = Object.hasOwn(values, name) ? values[name] : null;
  return value === undefined || value === null || value.trim() === '' ? null : value;
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
