/**
 * Where the `List-Unsubscribe` of our mails leads (RFC 8058). Mail programs post there, without cookies, keys or
 * redirects; people get a page with a button, because programs that look at links in mails follow them with GET.
 */
import { z } from 'zod';
import type { Answer, Call, Route } from '../route.ts';

const TOKEN = z.object({
  token: z.string().meta({ description: 'As it stands in the mail.' }),
});
const HTML = { contentType: 'text/html', example: '<!doctype html>…' };

export const unsubscribeRoutes: readonly Route[] = [
  {
    operationId: 'showUnsubscribePage',
    method: 'GET',
    path: '/u/{token}',
    tag: 'Operations',
    scope: null,
    summary: 'Ask a person whether to unsubscribe',
    description:
      'What the link in a mail shows: a page with a button. Nobody is unsubscribed by looking at it.',
    pathParams: TOKEN,
    answers: {
      200: { description: 'A page.', ...HTML },
      404: { description: 'A page: the link is none of ours, or incomplete.', ...HTML },
    },
    problems: [],
    handle: async ({ deps, actions, params }) => {
      const found = await actions.readUnsubscribeLink(deps, params.token ?? '');
      if (found === null) return unknownLink();
      const address = asText(found.address);
      return page(
        200,
        'Unsubscribe',
        `<p>No more mail to <strong>${address}</strong>?</p>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Unsubscribe</button></form>`,
      );
    },
  },
  {
    operationId: 'unsubscribe',
    method: 'POST',
    path: '/u/{token}',
    tag: 'Operations',
    scope: null,
    summary: 'Unsubscribe with one click',
    description:
      'For mail programs (RFC 8058): the body is `List-Unsubscribe=One-Click`, as a form of either kind. The address that the mail went to is suppressed; doing it twice changes nothing.',
    pathParams: TOKEN,
    answers: {
      200: { description: 'A page: it is done.', ...HTML },
      400: { description: 'A page: the body says something else.', ...HTML },
      404: { description: 'A page: the link is none of ours, or incomplete.', ...HTML },
    },
    problems: [],
    handle: async (call) => {
      const { deps, actions, params } = call;
      const token = params.token ?? '';
      if ((await actions.readUnsubscribeLink(deps, token)) === null) return unknownLink();
      if (!isOneClick(call, await readForm(call)))
        return page(400, 'Not understood', '<p>Nothing was changed.</p>');
      const done = await actions.unsubscribeByLink(deps, token);
      if (done === null) return unknownLink();
      return page(200, 'Unsubscribed', `<p><strong>${asText(done.address)}</strong> gets no more mail.</p>`);
    },
  },
];

const MULTIPART =
  /content-disposition:[^\r\n]*\bname="?list-unsubscribe"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\none-click\s*\r?\n--/i;
/** One field; what is longer is not looked through. */
const MAX_FORM_BYTES = 2_000;
const NOTHING = Buffer.alloc(0);

/** The server leaves multipart bodies to whoever wants one. Empty when it is too long to be what is asked for. */
async function readForm({ headers, bytes, stream }: Call): Promise<Buffer> {
  if (!isMultipart(headers)) return bytes.length > MAX_FORM_BYTES ? NOTHING : bytes;
  if (Number(headers['content-length'] ?? 0) > MAX_FORM_BYTES) return NOTHING;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_FORM_BYTES) return NOTHING;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isMultipart(headers: Call['headers']): boolean {
  return /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');
}

function isOneClick({ headers }: Call, bytes: Buffer): boolean {
  const body = bytes.toString('latin1');
  if (isMultipart(headers)) return MULTIPART.test(body);
  const [[name = '', value = ''] = []] = new URLSearchParams(body.trim());
  return name.toLowerCase() === 'list-unsubscribe' && value.toLowerCase() === 'one-click';
}

function unknownLink(): Answer {
  return page(
    404,
    'Unknown link',
    '<p>This link is incomplete or does not belong to us. Nothing was changed.</p>',
  );
}

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1rem}';
/** Nothing but this page: no script, no frame around it, no request elsewhere, and the form only to where it came from. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
};

function page(status: number, title: string, content: string): Answer {
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head>
<body><h1>${title}</h1>
${content}
</body></html>
`;
  return { status, body, headers: HEADERS };
}

function asText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
