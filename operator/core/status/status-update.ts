import type {
  DingTalkRobot,
  KINDS,
  NotificationSubscription,
  NotificationTemplate,
} from '../../api/kinds.ts';
import type { StateChange } from './changes.ts';

/** What has to be written to one CR's status, and which events tell of it. */
export interface StatusUpdate {
  readonly kind: (typeof KINDS)[keyof typeof KINDS];
  readonly cr: DingTalkRobot | NotificationTemplate | NotificationSubscription;
  readonly patch: Record<string, unknown>;
  readonly events: readonly StateChange[];
}

/** What one CR's status should say by the newest decision. */
export interface WantedStatus {
  readonly kind: StatusUpdate['kind'];
  /** As it was decided on. */
  readonly cr: StatusUpdate['cr'];
  /**
   * What has to be written to the CR as it is now: its status may have been written since the decision. Undefined where nothing
   * differs, where it is another generation, whose decision is yet to come, and where the outcome is not known yet.
   */
  readonly updateFor: (current: StatusUpdate['cr']) => StatusUpdate | undefined;
}
