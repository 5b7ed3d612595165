import { type Logger, pino } from 'pino';
import { redact, redactError } from './redact.ts';

export type { Logger };

/**
 * Structured logs, one JSON line each. The finished line passes the redaction, so a credential in a library's message
 * does not reach the output.
 * @param output accepts whole lines
 */
export function createLogger(level: string, output: { write(line: string): unknown }): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: redactError },
    },
    { write: (line) => void output.write(redact(line)) },
  );
}
