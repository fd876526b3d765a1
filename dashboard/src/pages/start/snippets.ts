/** One call of the API in four ways, ready to be pasted and run. */

export interface Call {
  /** Where this server is reached, without a slash at the end. */
  url: string;
  /** null: none was made yet, a placeholder stands for it. */
  key: string | null;
  to: string;
  message: string;
}

export interface Snippet {
  id: 'curl' | 'typescript' | 'python' | 'n8n';
  title: string;
  /** What it takes, and where it goes. */
  hint: string;
  code(call: Call): string;
}

export const PLACEHOLDER = 'tl_sk_YOUR_KEY';

export const SNIPPETS: readonly Snippet[] = [
  {
    id: 'curl',
    title: 'curl',
    hint: 'In any terminal.',
    code: (call) => `curl -X POST ${quoted(`${call.url}/api/messages`)} \\
  -H ${quoted(`authorization: Bearer ${call.key ?? PLACEHOLDER}`)} \\
  -H 'content-type: application/json' \\
  -H 'prefer: wait=20' \\
  -d ${quoted(JSON.stringify(bodyOf(call)))}`,
  },
  {
    id: 'typescript',
    title: 'TypeScript',
    hint: 'With the client in sdk/ of this repository, which has no dependencies. Node 22.18 or newer runs it as it is.',
    code: (call) => `import { createClient } from '@trunkline/sdk';

const trunkline = createClient({ url: ${json(call.url)}, key: ${json(call.key ?? PLACEHOLDER)} });

const { message } = await trunkline.sendMessage(
  { body: ${json(bodyOf(call))} },
  { prefer: 'wait=20' },
);
process.stdout.write(\`\${message._id} \${message.status}\\n\`);`,
  },
  {
    id: 'python',
    title: 'Python',
    hint: 'Python 3, nothing to install.',
    code: (call) => `import json
from urllib.request import Request, urlopen

request = Request(
    ${json(`${call.url}/api/messages`)},
    data=json.dumps(${json(bodyOf(call))}).encode(),
    headers={
        "authorization": ${json(`Bearer ${call.key ?? PLACEHOLDER}`)},
        "content-type": "application/json",
        "prefer": "wait=20",
    },
)
with urlopen(request) as answer:
    message = json.load(answer)["message"]
    print(message["_id"], message["status"])`,
  },
  {
    id: 'n8n',
    title: 'n8n',
    hint: 'Copy it, click on the empty canvas of a workflow, and paste: an HTTP Request node appears.',
    code: (call) => JSON.stringify(n8nOf(call), null, 2),
  },
];

function bodyOf({ to, message }: Call) {
  return { message, recipientPhone: to };
}

function n8nOf(call: Call) {
  const { url, key } = call;
  return {
    nodes: [
      {
        name: 'Send by Trunkline',
        type: 'n8n-nodes-base.httpRequest',
        typeVersion: 4.2,
        position: [0, 0],
        parameters: {
          method: 'POST',
          url: `${url}/api/messages`,
          sendHeaders: true,
          headerParameters: {
            parameters: [{ name: 'authorization', value: `Bearer ${key ?? PLACEHOLDER}` }],
          },
          sendBody: true,
          specifyBody: 'json',
          jsonBody: JSON.stringify(bodyOf(call)),
          options: {},
        },
      },
    ],
    connections: {},
  };
}

/** Literals of JSON are literals of JavaScript; of Python too, for texts and objects of texts. */
function json(value: unknown): string {
  return JSON.stringify(value);
}

/** As one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
