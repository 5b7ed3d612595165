import type { DeliveryOutcome } from '../../dingtalk/outcome.ts';

/** How a robot's last check in this process ended. */
export interface Observation {
  /** Of the credentials and keywords that it was made with. */
  readonly fingerprint: string;
  readonly outcome: DeliveryOutcome;
  readonly checkedAt: Date;
}

/** What this process remembers of a robot that it is to check. */
export interface CheckMemory {
  /** The value of the annotation by which a check is asked for: at the last check, or when the robot was first seen. */
  readonly requested: string;
  readonly observation?: Observation;
}
