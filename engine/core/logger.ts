import { destination, pino } from 'pino';

/** The few words that the rooms need; pino has them. */
export interface Logger {
  debug(data: object, message: string): void;
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

/** JSON lines on stderr, so that stdout stays free for answers. */
export function createLogger(level: 'silent' | 'error' | 'warn' | 'info' | 'debug'): Logger {
  return pino({ level, base: null, redact: ['token', 'apiKey', '*.token', '*.apiKey'] }, destination(2));
}

export const quietLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
