import type { DeliveryOutcome } from '../../dingtalk/outcome.ts';

/** The outcome of a robot's last check in this process. */
export interface Observation {
  /** Fingerprint of the credentials and keywords that the check used. */
  readonly fingerprint: string;
  readonly outcome: DeliveryOutcome;
  readonly checkedAt: Date;
}

/** The facts that this process remembers about a robot that it has to check. */
export interface CheckMemory {
  /** The value of the annotation by which a check is asked for: at the last check, or when the robot was first seen. */
  readonly requested: string;
  readonly observation?: Observation;
}
