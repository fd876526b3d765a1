/**
 * The request of an HTTP condition, with what is known of the lead filled in. Values come from strangers: they stand in the
 * address and the body as data, and change nothing of whom is asked, what for, and in which shape.
 */
import { render, type TemplateValues } from '../template.ts';
import type { HttpCondition } from './campaign.ts';

export interface FilledQuestion {
  url: string;
  /** null: none. */
  body: string | null;
  /** Of the body; null where the condition's own headers say it, or there is none. */
  contentType: string | null;
}

/**
 * `contentType`: what the condition's own headers say. A body is JSON unless they say otherwise, and then placeholders
 * stand inside of its texts; in forms values are encoded as in addresses; in anything else they stand as they are.
 */
export function fillQuestion(
  condition: Pick<HttpCondition, 'url' | 'method' | 'body'>,
  contentType: string | null,
  values: TemplateValues,
): FilledQuestion | { error: string } {
  const fault = faultOf(condition, contentType);
  if (fault !== null) return { error: fault };
  const { body } = condition;
  const url = render(condition.url, encoded(values)).text;
  const origin = ORIGIN.exec(condition.url)?.[0] ?? '';
  if (!url.startsWith(origin)) return { error: 'Its address changed with the contact' };
  if (body === null || condition.method === 'GET') return { url, body: null, contentType: null };
  return {
    url,
    body: fillBody(body, contentType, values),
    contentType: contentType === null ? JSON_TYPE : null,
  };
}

/** What can be known of it without a lead, as a sentence; null: nothing is wrong. */
export function faultOf(
  { url, method, body }: Pick<HttpCondition, 'url' | 'method' | 'body'>,
  contentType: string | null,
): string | null {
  const origin = ORIGIN.exec(url)?.[0];
  if (origin === undefined) return 'Its address must begin with http:// or https:// and a host';
  if (origin.includes('{')) return 'Placeholders must not stand in the host of its address';
  if (body !== null && method === 'POST' && isJson(contentType) && parse(body) === undefined)
    return 'Its body must be JSON; placeholders stand inside of texts, like {"phone": "{{phone}}"}';
  return null;
}

/** For people: whom it asks, without what may be secret in an address. */
export function hostOf(url: string): string {
  return (ORIGIN.exec(url)?.[0] ?? url).replace(/^https?:\/\//i, '');
}

const ORIGIN = /^https?:\/\/[^/?#\\\s]+/i;
const JSON_TYPE = 'application/json';

function fillBody(body: string, contentType: string | null, values: TemplateValues): string {
  if (isJson(contentType)) return JSON.stringify(fillTexts(parse(body), values));
  const isForm = contentType?.toLowerCase().includes('x-www-form-urlencoded') === true;
  return render(body, isForm ? encoded(values) : values).text;
}

function isJson(contentType: string | null): boolean {
  return contentType === null || /\bjson\b/i.test(contentType);
}

/** undefined: it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fillTexts(json: unknown, values: TemplateValues): unknown {
  if (typeof json === 'string') return render(json, values).text;
  if (Array.isArray(json)) return json.map((item) => fillTexts(item, values));
  if (typeof json !== 'object' || json === null) return json;
  // fromEntries defines properties instead of assigning them: a field called "__proto__" is only a field.
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, fillTexts(value, values)]));
}

/** Values that lead up or nowhere in a path are left out: no encoding can keep `..` from being read as a way up. */
function encoded(values: TemplateValues): TemplateValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (value === undefined || value === null || /^\.{1,2}$/.test(value.trim())) return [name, null];
      return [name, encodeURIComponent(value.toWellFormed()).replaceAll("'", '%27')];
    }),
  );
}
