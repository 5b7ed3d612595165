import type { ApplicationSubscription } from '../../api/kinds.ts';
import type { DingTalkRobotSpec, NotificationTemplateSpec } from '../../api/types.generated.ts';

/** A manifest of a custom resource as a person would write it. */
export interface Draft<Kind extends string, Spec> {
  readonly apiVersion: string;
  readonly kind: Kind;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: Spec;
}

/** A robot's credentials. */
export interface CredentialsDraft {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: { readonly name: string; readonly namespace: string };
  /** Confidential; undefined if it is not known. */
  readonly webhook: string | undefined;
}

/** All resources that replace the configuration that is taken over. */
export interface Resources {
  readonly credentials: readonly CredentialsDraft[];
  readonly robots: readonly Draft<'DingTalkRobot', DingTalkRobotSpec>[];
  readonly templates: readonly Draft<'NotificationTemplate', NotificationTemplateSpec>[];
  readonly subscriptions: readonly Draft<'NotificationSubscription', ApplicationSubscription['spec']>[];
}
