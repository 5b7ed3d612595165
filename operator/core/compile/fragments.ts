import type { Provenance } from '../../argocd/provenance.ts';
import type { Credential } from '../../dingtalk/credential.ts';

/** A robot's part of the target objects. */
export interface RobotFragment {
  readonly provenance: Provenance;
  /** `service.webhook.<service>` */
  readonly key: string;
  /** Value of `service.webhook.<service>`. */
  readonly serviceValue: string;
  readonly credential: Credential;
}

/** A subscription's part of the target objects. */
export interface SubscriptionFragment {
  /** Names of the services it sends to. */
  readonly recipients: readonly string[];
  readonly events: readonly EventFragment[];
  /** Values of `template.<name>`, by name. */
  readonly templates: Readonly<Record<string, string>>;
}

/** One event: a trigger. */
export interface EventFragment {
  readonly name: string;
  /**
   * Whether the condition reads the sends of another event of the subscription, or the other event's condition reads this
   * one's.
   */
  readonly hasCompanion: boolean;
  /** Value of `trigger.<name>`, for the given moment from which on events count. */
  triggerValue(since: string): string;
  /** The trigger's condition. The engine recognises former sends by a key that contains these bytes. */
  when(since: string): string;
}

/** Settings that are the same for all subscriptions of an installation. */
export interface CompileSettings {
  readonly argocdUrl: string | undefined;
  readonly maxEventAgeSeconds: number;
}
