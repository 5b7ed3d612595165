import type { Clause } from './clauses.ts';

/** Whether Argo CD has noted that it has sent an event to a robot, or posted it to the relay for the robot. */
export interface Send {
  /** `namespace/name`. */
  readonly robot: string;
  readonly sentAt?: string;
}

/** The outcome of one event of one Application, and the reason. */
export interface EventOutcome {
  readonly event: string;
  /**
   * `due`: to be sent now; `sent`: sent already; `excluded`: the subscription is not about the Application; `quiet`: nothing
   * to send; `unknown`: the caller may not read the deciding object.
   */
  readonly outcome: 'due' | 'sent' | 'excluded' | 'quiet' | 'unknown';
  readonly message: string;
  /** Whether the whole condition is true; null if it is not known. */
  readonly holds: boolean | null;
  /** The parts of the condition, and whether each holds; null if it is not known. */
  readonly clauses: readonly {
    readonly kind: Clause['kind'];
    readonly field?: string;
    readonly holds: boolean | null;
  }[];
  readonly robots: readonly Send[];
  /** The last time that Argo CD has noted this event for the Application, whichever occurrence it was. */
  readonly lastSentAt?: string;
}
