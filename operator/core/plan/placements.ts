import type { DingTalkRobot, NotificationTemplate } from '../../api/kinds.ts';
import type { ApplicationRouteSpec, GiteeRouteSpec } from '../../api/relay-route.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { CompileSettings, RobotFragment } from '../compile/fragments.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { LiveState } from '../model/live.ts';
import type { StillGranted } from '../resolve/access-condition.ts';

/** The operator's part of the two target objects after the writes. Foreign content is not in here, so it can't be changed. */
export interface Plan {
  readonly configMap: Readonly<Record<string, string>>;
  /** The operator's entries of the shared key `subscriptions`. */
  readonly entries: readonly SubscriptionEntry[];
  /** Those of them that the engine has accepted with their keys, for this very plan. */
  readonly accepted?: ReadonlySet<SubscriptionEntry>;
  /** Values of the operator's annotation by AppProject; other AppProjects do not have the annotation. */
  readonly projects: ReadonlyMap<string, string>;
  readonly secret: Readonly<Record<string, string>>;
  /** By robot, `namespace/name`. */
  readonly robots: ReadonlyMap<string, RobotPlacement>;
  /** By subscription, `namespace/name`. */
  readonly subscriptions: ReadonlyMap<string, SubscriptionPlacement>;
  /** The keys that post a subscription's own events to the relay, by subscription, `namespace/name`. */
  readonly posted: ReadonlyMap<string, SubscriptionPlacement>;
  /** The wanted RelayRoutes about applications, by name. */
  readonly routes: ReadonlyMap<string, ApplicationRouteSpec>;
  /** The wanted RelayRoutes about Gitee repositories, by name. */
  readonly giteeRoutes: ReadonlyMap<string, GiteeRouteSpec>;
  /** When the next signature has to be renewed. */
  readonly renewAt?: Date;
}

/** The place of a robot in the plan. */
export interface RobotPlacement {
  readonly key: string;
  readonly service: string;
  /** Absent for a live version that stays unjudged. */
  readonly fragment?: RobotFragment;
}

/** The place of a subscription in the plan. */
export interface SubscriptionPlacement {
  readonly keys: readonly string[];
  readonly entry: SubscriptionEntry;
}

/** One subscription's part of the plan. */
export interface SubscriptionPlan extends SubscriptionPlacement {
  readonly configMap: Readonly<Record<string, string>>;
}

/** The common inputs for planning all subscriptions of one decision. */
export interface PlanContext extends CompileSettings {
  readonly live: LiveState;
  /** Robots by the services that the plan has. No message may go to any other. */
  readonly services: ReadonlyMap<string, DingTalkRobot>;
  /** By `namespace/name`, refused ones too. */
  readonly templates: ReadonlyMap<string, NotificationTemplate>;
  readonly tenancy: OperatorConfiguration['tenancy'];
  readonly isStillGranted: StillGranted;
  /** RFC 3339, whole seconds, by the API server's clock. */
  readonly countsFrom: string;
  readonly inquiry: Inquiry;
}
