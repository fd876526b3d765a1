import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type Call, PLACEHOLDER, SNIPPETS } from '../../dashboard/src/pages/start/snippets.ts';

const CALL: Call = {
  url: 'http://127.0.0.1:8080',
  key: 'tl_sk_abc',
  to: '+12025550100',
  message: `It's "quoted" & $HOME\\`,
};
const codeOf = (id: string, call = CALL) => SNIPPETS.find((snippet) => snippet.id === id)?.code(call) ?? '';

test('each has the address and the key, or says where the key belongs', () => {
  for (const { code } of SNIPPETS) {
    expect(code(CALL)).toContain('http://127.0.0.1:8080');
    expect(code(CALL)).toContain('tl_sk_abc');
    expect(code({ ...CALL, key: null })).toContain(PLACEHOLDER);
  }
});

test('whatever the text is, a shell hands it over to the letter', () => {
  const words = codeOf('curl').replace(/^curl/, `printf '%s\\n'`);
  const printed = execFileSync('sh', ['-c', words], { encoding: 'utf8' });
  expect(printed).toContain(JSON.stringify({ message: CALL.message, recipientPhone: CALL.to }));
});

test('n8n takes what it is given', () => {
  const { nodes } = JSON.parse(codeOf('n8n'));
  expect(JSON.parse(nodes[0].parameters.jsonBody)).toEqual({
    message: CALL.message,
    recipientPhone: CALL.to,
  });
});
