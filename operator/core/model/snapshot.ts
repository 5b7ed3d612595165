import type { DingTalkRobot, NotificationSubscription, NotificationTemplate } from '../../api/kinds.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Labels } from '../../kubernetes/label-selector.ts';
import type { CheckMemory } from './check-memory.ts';
import type { Answers } from './inquiry.ts';

/**
 * One immutable value that holds everything a decision needs and nothing else. The same snapshot always gives the
 * same bytes: whatever the core knows of time, credentials or the live objects, it knows from here.
 */
export interface Snapshot {
  /** The operator's wall clock: signatures are made and judged by it. */
  readonly now: Date;
  /** The API server's clock: the moment from which on a trigger's events count is taken from it. */
  readonly serverTime: Date;
  readonly config: OperatorConfiguration;
  readonly robots: readonly DingTalkRobot[];
  readonly templates: readonly NotificationTemplate[];
  readonly subscriptions: readonly NotificationSubscription[];
  /** The labels of Namespaces, by name; `unseen` where the caller of a command may not look. */
  readonly namespaces: ReadonlyMap<string, Labels | 'unseen'>;
  /** The AppProjects of the target namespace. */
  readonly projects: readonly Project[];
  /** Credential Secrets by `namespace/name`; those that robots refer to and that are not in here have yet to be read. */
  readonly credentials: ReadonlyMap<string, CredentialSecret>;
  readonly target: Target;
  /** What this process has learnt from DingTalk, by robot, `namespace/name`; what it learnt before is in their status. */
  readonly deliveries: ReadonlyMap<string, CheckMemory>;
  /** What Argo CD's engine has said of the candidates that it was asked about. */
  readonly answers: Answers;
  /** `url` of argocd-cm, if there is one. */
  readonly argocdUrl?: string | undefined;
}

/** What the operator wants to know of an AppProject. */
export interface Project {
  readonly name: string;
  /** The annotation by which it is granted to namespaces, as it was written. */
  readonly grantedTo?: string | undefined;
}

/** A value that has more than so many bytes is none that DingTalk gave out: of one this long nothing is kept. */
export const MAX_CREDENTIAL_BYTES = 4_096;

/** A Secret that a robot refers to, as last read. */
export type CredentialSecret =
  | {
      readonly state: 'found';
      /** Of the keys that robots refer to, at least. */
      readonly data: Readonly<Record<string, string>>;
      /** Keys with a value of more than `MAX_CREDENTIAL_BYTES`, which `data` does not have. */
      readonly tooLong?: ReadonlySet<string>;
    }
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable'; readonly message: string };

/** The two objects that Argo CD's engine reads; undefined where the object does not exist. */
export interface Target {
  readonly configMap?: LiveObject | undefined;
  readonly secret?: LiveObject | undefined;
  /** AppProjects by name; absent unless subscriptions go by their annotations. */
  readonly projects?: ReadonlyMap<string, LiveProject>;
}

/** An AppProject, as far as we may change it. */
export interface LiveProject {
  readonly resourceVersion: string;
  /** Value of our annotation, if it has one. */
  readonly annotation?: string;
}

/** What is live now. Values are plain text, also those of the Secret. */
export interface LiveObject {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly data: Readonly<Record<string, string>>;
  /** What others have in it that is not in `data`, keys and values, in bytes: the values are not our business. Default 0. */
  readonly unseenBytes?: number;
  /** Keys that our field manager holds by server-side apply. */
  readonly owned: ReadonlySet<string>;
  /** Keys that this very process has left in it: ours, even if somebody has since replaced their values with all marks. */
  readonly leftBehind?: ReadonlySet<string>;
  /** Who has written what is in it now, in the API server's books. */
  readonly managers: readonly FieldManager[];
  /** What it belongs to, by its ownerReferences, but for what is known to leave the keys of others alone. */
  readonly owners: readonly Owner[];
}

/** One entry of `metadata.managedFields`, reduced to keys of `data`; of a Secret, to those that could be ours. */
export interface FieldManager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  /** RFC 3339, whole seconds, by the API server's clock; empty if it has none. */
  readonly time: string;
  readonly keys: ReadonlySet<string>;
}

/** An owner of an object. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
}
