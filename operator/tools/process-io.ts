/** The parts of its process that a command uses. */
export interface ProcessIO {
  /** Read by a command only if its user names it, as `-`. */
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Ends the command in good order. */
  once(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/** Exit codes: all is well; the command met a problem; it was called wrongly or could not read its input. */
export const EXIT = { ok: 0, problem: 1, usage: 2 } as const;

/** A mistake of the user, who needs the message only. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command did its work and has printed its findings. */
export class FindingsError extends Error {
  override readonly name = 'FindingsError';
}
