import type { DeliveryOutcome } from '../../dingtalk/outcome.ts';

/** The outcome of a robot's last check in this process. */
export interface Observation {
  /** Fingerprint of the credentials and keywords that the check used. */
  readonly fingerprint: string;
  readonly outcome: DeliveryOutcome;
  readonly checkedAt: Date;
}

/** A test message that is about to be sent. The robot's status has to say so first. */
export interface Announcement {
  /** Fingerprint of the credentials and keywords that the message is sent with. */
  readonly fingerprint: string;
  /** The time as the status has it. */
  readonly sendingAt: string;
}

/** The facts that this process remembers about a robot that it has to check. */
export interface CheckMemory {
  /** The value of the annotation by which a check is asked for: at the last check, or when the robot was first seen. */
  readonly requested: string;
  readonly observation?: Observation;
  /** The message that is announced or under way now. */
  readonly announced?: Announcement;
  /** The `sendingAt` of a message that was announced and then not sent. */
  readonly retracted?: string;
}
