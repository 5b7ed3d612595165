/**
 * The internal kind RelayRoute, in Argo CD's namespace: the operator writes an accepted subscription into it, and the relay reads it.
 * Tenants cannot write it. The relay writes its status only.
 */

import type { Metadata } from './kinds.ts';
import type { ApplicationCriteria, DingTalkRobotSpec, SecretKeyReference } from './types.generated.ts';

type RobotQuietHours = NonNullable<DingTalkRobotSpec['quietHours']>;

/** Kind and plural, as the API server knows them. */
export const RELAY_ROUTE = { kind: 'RelayRoute', plural: 'relayroutes' } as const;

/** The name of a subscription's RelayRoute. Neither part contains a dot. */
export const relayRouteName = (namespace: string, subscription: string): string =>
  `${namespace}.${subscription}`;

/** The parts that every route has. */
interface RouteParts {
  /** The subscription, and the generation of it that this is. */
  readonly subscription: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly generation: number;
  };
  /** Triggers and templates, as Argo CD's ConfigMap would have them if the robots were direct ones. */
  readonly configMap: Readonly<Record<string, string>>;
  readonly robots: readonly {
    readonly namespace: string;
    readonly name: string;
    /** The name of its webhook service in the templates. */
    readonly service: string;
    readonly webhook: SecretKeyReference;
    readonly signing?: SecretKeyReference;
    readonly locale: 'en' | 'zh-CN';
    readonly timeZone: string;
    readonly keywords: readonly string[];
    /** Further robots of the same group. */
    readonly pool?: readonly {
      readonly webhook: SecretKeyReference;
      readonly signing?: SecretKeyReference;
    }[];
    /** With the time zone that holds for them. */
    readonly quietHours?: Required<Pick<RobotQuietHours, 'from' | 'to' | 'timeZone'>> &
      Pick<RobotQuietHours, 'days' | 'except'>;
  }[];
}

/** What the relay needs of a subscription about applications of Argo CD. */
export interface ApplicationRouteSpec extends RouteParts {
  /** Which Applications it can be about. The relay skips others; the conditions of the triggers decide. */
  readonly scope: {
    /** Whether the namespace has access to all Applications. */
    readonly open: boolean;
    /** AppProjects, as patterns, that the namespace has access to. */
    readonly projects: readonly string[];
    /** Clusters, as patterns, where deployments to the namespace give access; absent if no deployment does. */
    readonly clusters?: readonly string[];
    readonly applications: ApplicationCriteria;
  };
  readonly gitee?: undefined;
  readonly events: readonly {
    /** Its name in the subscription. */
    readonly name: string;
    /** The name of its trigger in `configMap`. */
    readonly trigger: string;
    /** The trigger's name in the catalogue; absent for an event with a condition of its own. */
    readonly catalogueName?: string;
  }[];
}

/** What the relay needs of a subscription about a Gitee repository. `configMap` has templates only. */
export interface GiteeRouteSpec extends RouteParts {
  readonly scope?: undefined;
  readonly gitee: {
    readonly baseUrl: string;
    readonly repository: string;
    /** Globs; absent for all. */
    readonly branches?: readonly string[];
    /** Globs; absent for all. */
    readonly tags?: readonly string[];
  };
  readonly events: readonly {
    /** Its name in the subscription. */
    readonly name: string;
    /** The name that its trigger would have in Argo CD's ConfigMap. */
    readonly trigger: string;
    /** A trigger of `operator/gitee/events.ts`. */
    readonly catalogueName: string;
    /** Actions of that trigger; absent for all. */
    readonly actions?: readonly string[];
    /** Names of the templates in `configMap` that make the message, in the order in which a trigger would send them. */
    readonly templates: readonly string[];
  }[];
}

/** What the relay needs of one subscription, resolved: the relay decides nothing that the operator has not accepted. */
export type RelayRouteSpec = ApplicationRouteSpec | GiteeRouteSpec;

/** DingTalk's last answer to one robot, as the relay reports it. */
export interface RelayedAnswer {
  readonly namespace: string;
  readonly name: string;
  /** The index in the robot's pool; absent for the robot itself. */
  readonly member?: number;
  /** RFC 3339. */
  readonly at: string;
  /** A reason of `operator/dingtalk/explanations.ts`, or `ok`. */
  readonly reason: string;
  readonly errcode?: number;
  /** Redacted. */
  readonly words?: string;
  readonly ip?: string;
}

export interface RelayRouteStatus {
  /** The generation of the RelayRoute that the relay has loaded. */
  readonly observedGeneration?: number;
  readonly robots?: readonly RelayedAnswer[];
}

/** A RelayRoute. Its name is that of the subscription's namespace, a dot, and the subscription's name. */
export interface RelayRoute<Spec extends RelayRouteSpec = RelayRouteSpec> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec: Spec;
  readonly status?: RelayRouteStatus;
}
