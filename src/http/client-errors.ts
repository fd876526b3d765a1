/**
 * Bytes that never became a request: not HTTP, contradicting themselves, or too slow. Nothing of Fastify sees them, so
 * the answer is written on the bare socket.
 */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Problem, problem, toBody } from '../contract/problems.ts';

interface InFlight {
  request: FastifyRequest;
  response: ServerResponse;
}

export interface ClientErrors {
  /** Tells which answer is under way on a connection. */
  begin(request: FastifyRequest, reply: FastifyReply): void;
  handle(error: Error & { code?: string }, socket: Socket): void;
}

export function createClientErrors(newRequestId: () => string): ClientErrors {
  const inFlight = new WeakMap<Socket, InFlight>();
  return {
    begin(request, reply) {
      inFlight.set(request.raw.socket, { request, response: reply.raw });
    },
    handle(error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) {
        socket.destroy();
        return;
      }
      const before = inFlight.get(socket);
      // An upload has a time of its own, which its route keeps.
      if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && before !== undefined && isUpload(before)) return;
      if (before?.request.raw.complete && !before.response.writableFinished) {
        // A whole request came first and is being answered; what follows it is not HTTP. Its answer may still go out.
        before.response.once('close', () => socket.destroy());
        before.response.shouldKeepAlive = false;
        return;
      }
      if (before?.response.headersSent && !before.response.writableFinished) {
        socket.destroy();
        return;
      }
      socket.end(rawAnswer(problemOf(error), newRequestId()));
      // Whoever does not take the answer does not keep the connection either.
      socket.destroySoon();
    },
  };
}

/** One that its route still reads: whoever has been answered, a stranger without a key for one, sends no more. */
function isUpload({ request, response }: InFlight): boolean {
  const { isUpload = false } = request.routeOptions.config as { isUpload?: boolean };
  return isUpload && !request.raw.complete && !response.writableEnded;
}

function problemOf({ code }: { code?: string }): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem('TIMEOUT');
    case 'HPE_HEADER_OVERFLOW':
      return problem('HEADERS_TOO_LARGE');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return problem('BODY_TOO_LARGE');
    default:
      return problem('BAD_REQUEST');
  }
}

function rawAnswer(refusal: Problem, requestId: string): string {
  const body = JSON.stringify(toBody(refusal, requestId));
  return [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
