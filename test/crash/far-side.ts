/** What arrived at carriers, as copies of messages: each is known by its text and by the transport of its line. */
import type { FarCopy } from './carriers.ts';
import type { CopyFact, Evidence } from './evidence.ts';

export function withFarSide(evidence: Evidence, arrived: readonly FarCopy[]): Evidence {
  const transports = new Map(evidence.lines.map((line) => [line.id, line.transport]));
  const key = (transport: string | undefined, text: string) => `${transport} ${text}`;
  const messages = new Map(
    evidence.messages.map((message) => [key(transports.get(message.lineId), message.text), message]),
  );
  const copies = arrived.map(({ transport, id, text, address, at, isUndone }): CopyFact => {
    const message = messages.get(key(transport, text));
    return {
      ...{ id, address, isUndone, receivedAt: at },
      reference: message?.id ?? `nobody, saying "${text}" at ${transport}`,
      attempt: message?.attempt ?? 0,
      lineId: message?.lineId ?? '',
      day: new Date(at).toISOString().slice(0, 10),
    };
  });
  return { ...evidence, copies: [...evidence.copies, ...copies] };
}
