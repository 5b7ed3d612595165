import type {
  DingTalkRobot,
  KINDS,
  NotificationSubscription,
  NotificationTemplate,
} from '../../api/kinds.ts';
import type { StateChange } from './changes.ts';

/** The write of one CR's status, and the events about it. */
export interface StatusUpdate {
  readonly kind: (typeof KINDS)[keyof typeof KINDS];
  readonly cr: DingTalkRobot | NotificationTemplate | NotificationSubscription;
  readonly patch: Record<string, unknown>;
  readonly events: readonly StateChange[];
  /** Whether it only records the renewal of a signature. Such updates come by the thousand, and nobody waits for them. */
  readonly isRenewal?: boolean;
}

/** The status of one CR by the newest decision. */
export interface WantedStatus {
  readonly kind: StatusUpdate['kind'];
  /** The CR that the decision read. */
  readonly cr: StatusUpdate['cr'];
  /**
   * The write for the present CR, whose status may have changed since the decision. Undefined if nothing differs, if the CR
   * has another generation, which the next decision handles, and if the outcome is not known yet.
   */
  readonly updateFor: (current: StatusUpdate['cr']) => StatusUpdate | undefined;
}
