import type { DingTalkRobot, NotificationTemplate } from '../../api/kinds.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { CompileSettings, RobotFragment } from '../compile/fragments.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { LiveState } from '../model/live.ts';
import type { LiveAccess } from '../resolve/access-condition.ts';

/** What shall stand in the two target objects, of ours. Foreign content is not in here, so it can't be touched. */
export interface Plan {
  readonly configMap: Readonly<Record<string, string>>;
  /** Of the shared key `subscriptions`. */
  readonly entries: readonly SubscriptionEntry[];
  /** Value of our annotation by AppProject; those that are not in here have none. */
  readonly projects: ReadonlyMap<string, string>;
  readonly secret: Readonly<Record<string, string>>;
  /** By robot, `namespace/name`. */
  readonly robots: ReadonlyMap<string, RobotPlacement>;
  /** By subscription, `namespace/name`. */
  readonly subscriptions: ReadonlyMap<string, SubscriptionPlacement>;
  /** When the next signature has to be renewed. */
  readonly renewAt?: Date;
}

/** Where a robot stands in the plan. */
export interface RobotPlacement {
  readonly key: string;
  readonly service: string;
  /** Absent for what stays live unjudged. */
  readonly fragment?: RobotFragment;
}

/** Where a subscription stands in the plan. */
export interface SubscriptionPlacement {
  readonly keys: readonly string[];
  readonly entry: SubscriptionEntry;
}

/** One subscription's part of the plan. */
export interface SubscriptionPlan extends SubscriptionPlacement {
  readonly configMap: Readonly<Record<string, string>>;
}

/** What is the same for all subscriptions of a run. */
export interface PlanContext extends CompileSettings {
  readonly live: LiveState;
  /** Robots by the services that the plan has: nobody may be sent to any other. */
  readonly services: ReadonlyMap<string, DingTalkRobot>;
  /** By `namespace/name`, refused ones too. */
  readonly templates: ReadonlyMap<string, NotificationTemplate>;
  readonly tenancy: OperatorConfiguration['tenancy'];
  readonly liveAccess: LiveAccess;
  /** RFC 3339, whole seconds, by the API server's clock. */
  readonly countsFrom: string;
  readonly inquiry: Inquiry;
}
