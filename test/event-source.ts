/** Listens to `GET /api/live` as a browser does, and keeps what it heard. */
import type { LiveTopic, NowAnswer } from '../src/contract/workspace/now.ts';
import { until } from './until.ts';

export interface Ear {
  status: number;
  headers: Headers;
  /** In the order in which it came; comments have no event. */
  heard: { event: string; data: string; id: string | null }[];
  /** All that came, as it came. */
  text(): string;
  /** The server ended it. */
  hasEnded(): boolean;
  hangUp(): void;
  now(what: string, is: (now: NowAnswer) => boolean): Promise<NowAnswer>;
  topic(topic: LiveTopic): Promise<true>;
}

export async function listen(url: string, headers: Record<string, string>, query = ''): Promise<Ear> {
  const hangUp = new AbortController();
  const answer = await fetch(`${url}/api/live${query}`, { headers, signal: hangUp.signal });
  const heard: Ear['heard'] = [];
  let text = '';
  let hasEnded = false;
  const read = async () => {
    let rest = '';
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const event = field('event');
        if (event !== undefined) heard.push({ event, data: field('data') ?? '', id: field('id') ?? null });
      }
    }
  };
  void read()
    .catch(() => {})
    .finally(() => {
      hasEnded = true;
    });
  return {
    status: answer.status,
    headers: answer.headers,
    heard,
    text: () => text,
    hasEnded: () => hasEnded,
    hangUp: () => hangUp.abort(),
    now: (what, is) =>
      until(`it is told that ${what}`, () =>
        heard
          .filter(({ event }) => event === 'now')
          .map(({ data }) => JSON.parse(data) as NowAnswer)
          .find(is),
      ),
    topic: (topic) =>
      until(`it is told of ${topic}`, () =>
        heard.some(({ event, data }) => event === 'changed' && JSON.parse(data).topics.includes(topic))
          ? (true as const)
          : null,
      ),
  };
}
