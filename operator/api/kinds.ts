/** The API as code: group, version, and each custom resource with its metadata, spec and status. */

import type {
  ApplicationCriteria,
  Condition,
  DingTalkRobotSpec,
  DingTalkRobotStatus,
  NotificationSubscriptionSpec,
  NotificationSubscriptionStatus,
  NotificationTemplateSpec,
  NotificationTemplateStatus,
} from './types.generated.ts';

export type { Condition };

/** The API group of all three kinds. */
export const GROUP = 'argocd-dingtalk.io';

/** The only version served. */
export const VERSION = 'v1alpha1';

/** The apiVersion of all of the operator's resources. */
export const API_VERSION = `${GROUP}/${VERSION}` as const;

/** Kind and plural of each custom resource, as the API server knows them. */
export const KINDS = {
  robot: { kind: 'DingTalkRobot', plural: 'dingtalkrobots' },
  template: { kind: 'NotificationTemplate', plural: 'notificationtemplates' },
  subscription: { kind: 'NotificationSubscription', plural: 'notificationsubscriptions' },
} as const;

/** One of the operator's kinds. */
export type CustomKind = (typeof KINDS)[keyof typeof KINDS]['kind'];

/** The metadata that the operator reads; the API server sets the rest too. */
export type Metadata = {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly generation: number;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  /** Of the finalizers, only the operator's own is kept. */
  readonly finalizers?: readonly string[];
};

/** A custom resource as the API server hands it out; status is absent until the operator has written one. */
export type Resource<Spec, Status> = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec: Spec;
  readonly status?: Status;
};

/** A robot of a DingTalk group. */
export type DingTalkRobot = Resource<DingTalkRobotSpec, DingTalkRobotStatus>;

/** The message of a notification. */
export type NotificationTemplate = Resource<NotificationTemplateSpec, NotificationTemplateStatus>;

/** Which events of which applications, or of which Gitee repository, go to which robots. */
export type NotificationSubscription = Resource<NotificationSubscriptionSpec, NotificationSubscriptionStatus>;

/** A subscription about applications of Argo CD. */
export type ApplicationSubscription = NotificationSubscription & {
  readonly spec: { readonly applications: ApplicationCriteria };
};

/** The repository of a subscription about Gitee, with its filters and its way to the robots. */
export type GiteeSource = NonNullable<NotificationSubscriptionSpec['gitee']>;

/** A subscription about a Gitee repository. */
export type GiteeSubscription = NotificationSubscription & { readonly spec: { readonly gitee: GiteeSource } };

/** Whether a subscription is about a Gitee repository. */
export const isGiteeSubscription = (cr: NotificationSubscription): cr is GiteeSubscription =>
  cr.spec?.gitee !== undefined;

/** A resource of any of the operator's kinds. */
export type CustomResource = DingTalkRobot | NotificationTemplate | NotificationSubscription;
