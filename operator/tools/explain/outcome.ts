import type { Clause } from './clauses.ts';

/** Whether Argo CD has noted that it has sent an event to a robot. */
export interface Send {
  /** `namespace/name`. */
  readonly robot: string;
  readonly sentAt?: string;
}

/** What becomes of one event of one application, and why. */
export interface EventOutcome {
  readonly event: string;
  /**
   * `due`: to be sent now; `sent`: it was; `excluded`: the subscription is not about the application; `quiet`: nothing
   * to tell; `unknown`: the caller may not see what decides it.
   */
  readonly outcome: 'due' | 'sent' | 'excluded' | 'quiet' | 'unknown';
  readonly message: string;
  /** Whether the whole condition is true; null where nobody can say. */
  readonly holds: boolean | null;
  /** The parts of the condition, and which of them hold; null where nobody can say. */
  readonly clauses: readonly {
    readonly kind: Clause['kind'];
    readonly field?: string;
    readonly holds: boolean | null;
  }[];
  readonly robots: readonly Send[];
  /** The last time that Argo CD has noted this event for the application, of whatever occurrence. */
  readonly lastSentAt?: string;
}
