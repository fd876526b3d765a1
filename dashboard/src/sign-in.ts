/** The calls of sign-in, which belong to the auth library and not to the API. Each throws an Error with a sentence. */

export async function signIn(email: string, password: string): Promise<{ needsCode: boolean }> {
  const answer = await post('/auth/sign-in/email', { email, password });
  return { needsCode: answer.twoFactorRedirect === true };
}

export async function signOut(): Promise<void> {
  await post('/auth/sign-out', {});
}

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const said = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  if (answer.ok) return said;
  throw new Error(typeof said.message === 'string' ? said.message : `The server answered ${answer.status}.`);
}
