import type { Provenance } from '../../argocd/provenance.ts';
import type { Credential } from '../../dingtalk/credential.ts';

/** A robot's part of the target objects. */
export interface RobotFragment {
  readonly provenance: Provenance;
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
  /** Whether its condition looks at what was sent by another event of the subscription, or is looked at. */
  readonly hasCompanion: boolean;
  /** Value of `trigger.<name>`, but for the moment from which on events count. */
  triggerValue(since: string): string;
  /** The trigger's condition; its bytes are part of the key by which the engine knows what it has sent. */
  when(since: string): string;
}

/** What is the same for all subscriptions of an installation. */
export interface CompileSettings {
  readonly argocdUrl: string | undefined;
  readonly maxEventAgeSeconds: number;
}
