import type { DingTalkRobot, NotificationSubscription, NotificationTemplate } from '../../api/kinds.ts';
import type { RelayRoute } from '../../api/relay-route.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Labels } from '../../kubernetes/label-selector.ts';
import type { CheckMemory } from './check-memory.ts';
import type { HookState } from './gitee.ts';
import type { Answers } from './inquiry.ts';

/**
 * One immutable value with all inputs of a decision, and nothing else. The same snapshot always gives the same bytes: the core
 * learns time, credentials and live objects only from here.
 */
export interface Snapshot {
  /** For making and judging signatures: the operator takes the API server's clock, since nodes' clocks may be wrong. */
  readonly now: Date;
  /** The API server's clock, for the moment from which a trigger's events count. */
  readonly serverTime: Date;
  readonly config: OperatorConfiguration;
  readonly robots: readonly DingTalkRobot[];
  readonly templates: readonly NotificationTemplate[];
  readonly subscriptions: readonly NotificationSubscription[];
  /** The labels of Namespaces, by name; `unseen` where the caller of a command has no right to read them. */
  readonly namespaces: ReadonlyMap<string, Labels | 'unseen'>;
  /** The AppProjects of the target namespace. */
  readonly projects: readonly Project[];
  /** Credential Secrets by `namespace/name`. A Secret that a robot refers to and that is absent here has not been read yet. */
  readonly credentials: ReadonlyMap<string, CredentialSecret>;
  readonly target: Target;
  /**
   * DingTalk's answers to this process, by robot, `namespace/name`; answers to earlier processes are in the robots' statuses.
   */
  readonly deliveries: ReadonlyMap<string, CheckMemory>;
  /** The answers of Argo CD's engine so far. */
  readonly answers: Answers;
  /** `url` of argocd-cm, if there is one. */
  readonly argocdUrl?: string | undefined;
  /** Absent where the operator has no relay, as for manifests in files. */
  readonly relay?: RelayInputs;
  /** What is known about hooks of Gitee repositories, by subscription, `namespace/name`. Absent: nothing is known yet. */
  readonly gitee?: { readonly hooks: ReadonlyMap<string, HookState> };
}

/** What decisions about relayed robots need. */
export interface RelayInputs {
  /** The RelayRoutes of the target namespace, by name: the same Map as long as all of them are the same. */
  readonly routes: ReadonlyMap<string, RelayRoute>;
  /** The capability for the Secret, if it has none yet. */
  readonly newCapability: string;
}

/** The fields of an AppProject that decisions use. */
export interface Project {
  readonly name: string;
  /** The annotation that grants the project to namespaces, unparsed. */
  readonly grantedTo?: string | undefined;
}

/** DingTalk issues no value of more bytes. The operator keeps nothing of such a value. */
export const MAX_CREDENTIAL_BYTES = 4_096;

/** A Secret that a robot refers to, at its last reading. */
export type CredentialSecret =
  | {
      readonly state: 'found';
      /** At least the keys that robots refer to. */
      readonly data: Readonly<Record<string, string>>;
      /** Keys whose values have more than `MAX_CREDENTIAL_BYTES`; they are absent from `data`. */
      readonly tooLong?: ReadonlySet<string>;
    }
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable'; readonly message: string };

/** The two objects that Argo CD's engine reads; undefined where the object does not exist. */
export interface Target {
  readonly configMap?: LiveObject | undefined;
  readonly secret?: LiveObject | undefined;
  /** AppProjects by name; absent unless the operator subscribes by annotations of AppProjects. */
  readonly projects?: ReadonlyMap<string, LiveProject>;
}

/** An AppProject, reduced to the field that the operator may change. */
export interface LiveProject {
  readonly resourceVersion: string;
  /** Value of the operator's annotation, if there is one. */
  readonly annotation?: string;
}

/** A live object. Values are plain text, those of a Secret, too. */
export interface LiveObject {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly data: Readonly<Record<string, string>>;
  /**
   * Size of the foreign content that `data` lacks, keys and values, in bytes: the operator does not keep those values. Default
   * 0.
   */
  readonly unseenBytes?: number;
  /** Keys that the operator's field manager holds by server-side apply. */
  readonly owned: ReadonlySet<string>;
  /**
   * Keys that this process wrote. They belong to the operator, even if somebody has replaced their values and provenance
   * since.
   */
  readonly leftBehind?: ReadonlySet<string>;
  /** The writers of the present content, according to the API server. */
  readonly managers: readonly FieldManager[];
  /** The object's ownerReferences, except for owners that are known to leave the keys of others alone. */
  readonly owners: readonly Owner[];
}

/** One entry of `metadata.managedFields`, reduced to keys of `data`; for a Secret, to keys that could be the operator's. */
export interface FieldManager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  /** RFC 3339, whole seconds, by the API server's clock; empty if the entry has no time. */
  readonly time: string;
  readonly keys: ReadonlySet<string>;
}

/** An owner of an object. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
}
