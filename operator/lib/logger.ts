import { type Logger, pino } from 'pino';
import { redact, redactError } from './redact.ts';

export type { Logger };

/**
 * Structured logs, one JSON line each. The finished line passes the redaction, whoever made its parts: a credential
 * that slips into a library's message must not reach the output.
 * @param output takes whole lines
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
