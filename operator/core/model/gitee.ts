import type { Finding } from '../../api/finding.ts';
import type { GiteeSubscription } from '../../api/kinds.ts';
import type { SecretKeyReference } from '../../api/types.generated.ts';
import type { Credential } from '../../dingtalk/credential.ts';
import type { HookSwitches } from '../../gitee/hook.ts';

/** A hook of a repository that should exist. */
export interface WantedHook {
  /** Its `status.gitee` has what the keeper of the hooks wrote. */
  readonly subscription: GiteeSubscription;
  readonly baseUrl: string;
  readonly repository: string;
  /** In the subscription's namespace. */
  readonly token: SecretKeyReference;
  readonly switches: HookSwitches;
  /** Of delivery Native: the robot whose webhook and signing secret the hook gets. Absent for a hook of the relay. */
  readonly robot?: {
    /** `namespace/name`. */
    readonly key: string;
    readonly credential: Credential;
  };
}

/**
 * The hooks of each subscription that may have some, by `namespace/name`; `keep` leaves those that it has as they are. The hooks of a
 * subscription that is absent here go.
 */
export type WantedHooks = ReadonlyMap<string, 'keep' | readonly WantedHook[]>;

/** The state of a subscription's hooks, as the keeper of the hooks knows it. */
export interface HookState {
  readonly uid: string;
  /** The metadata.generation of the subscription that the state is about. */
  readonly generation: number;
  /** Why the hooks are not as declared; absent if they are. */
  readonly finding?: Finding;
  readonly warnings?: readonly Finding[];
}
