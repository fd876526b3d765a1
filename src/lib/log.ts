import { type Logger, pino } from 'pino';

export type Log = Logger;

/** JSON lines on standard output. Credentials never reach it, whatever object is logged. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    redact: {
      paths: ['authorization', '*.authorization', '*.secret', '*.password', 'headers.authorization'],
      censor: '[hidden]',
    },
  });
}

export function silentLog(): Log {
  return pino({ level: 'silent' });
}
