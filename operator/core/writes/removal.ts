import { isNamedLikeOurs, PREFIX } from '../../argocd/names.ts';
import { own } from '../../lib/own.ts';
import { Inquiry } from '../model/inquiry.ts';
import { foreignKeys, ourLiveKeys, readLiveState } from '../model/live.ts';
import type { LiveObject, Target } from '../model/snapshot.ts';
import type { Plan } from '../plan/placements.ts';
import { sharedKeyOwner } from './shared-key.ts';
import { type Write, writesFor } from './writes.ts';

/** The requests that remove the operator's part, and nothing else, from the two target objects. */
export interface Removal {
  /** In the necessary order; empty if nothing of the operator is left. */
  readonly steps: readonly Write[];
  /** The operator's keys, sorted. */
  readonly configMap: readonly string[];
  readonly secret: readonly string[];
  /** The number of the operator's entries in the shared `subscriptions` key. */
  readonly entries: number;
  /** AppProjects with the operator's annotation, sorted. */
  readonly projects: readonly string[];
  /** Keys that have names like the operator's but no provenance: they are foreign, and stay. */
  readonly left: { readonly configMap: readonly string[]; readonly secret: readonly string[] };
  /** Why the shared key stays unchanged, if it does. */
  readonly broken?: string;
  /** Field manager of a tool that applies the shared key as a whole. The tool may have a copy of the operator's entries. */
  readonly owner?: string;
}

const NOTHING: Plan = {
  configMap: {},
  entries: [],
  projects: new Map(),
  secret: {},
  robots: new Map(),
  subscriptions: new Map(),
  posted: new Map(),
  routes: new Map(),
  giteeRoutes: new Map(),
};

/** An engine without answers: removing the operator's entries needs no engine. */
const NO_ENGINE = () => new Inquiry(new Map());

const ABSENT: LiveObject = {
  uid: '',
  resourceVersion: '',
  data: {},
  owned: new Set(),
  managers: [],
  owners: [],
};

/** The target with an empty object for an absent one, so the other one can still be cleared. */
export function asPresent({
  configMap = ABSENT,
  secret = ABSENT,
  projects = new Map(),
}: Target): Required<Target> {
  return { configMap, secret, projects };
}

/**
 * The writes of an operator without custom resources.
 * @param knownSecretKeys keys of the Secret that were known as the operator's before: once the service that refers to a key is
 * gone, the key's name alone proves nothing
 */
export function removalOf(before: Target, knownSecretKeys: ReadonlySet<string> = new Set()): Removal {
  const target = asPresent(before);
  const state = readLiveState(target);
  const live = { ...state, secretKeys: withKnown(state.secretKeys, knownSecretKeys, target) };
  // A final removal also changes a shared key that another tool applies as a whole. Otherwise the entries would stay for ever.
  const unowned = { ...target, configMap: { ...(target.configMap ?? ABSENT), managers: [] } };
  const { steps, blocked } = writesFor(NOTHING, unowned, live, NO_ENGINE());
  const owner = sharedKeyOwner(target.configMap);
  const ours = ourLiveKeys(live).map(({ key }) => key);
  const foreign = target.configMap ? Object.keys(foreignKeys(target.configMap)) : [];
  return {
    steps,
    configMap: ours.sort(),
    secret: [...live.secretKeys].sort(),
    entries: live.entries.length,
    projects: [...target.projects]
      .flatMap(([name, { annotation }]) => (annotation === undefined ? [] : [name]))
      .sort(),
    left: {
      configMap: foreign.filter(isNamedLikeOurs).sort(),
      secret: Object.keys(target.secret?.data ?? {})
        .filter((key) => key.startsWith(PREFIX) && !live.secretKeys.has(key))
        .sort(),
    },
    ...(blocked && { broken: blocked.message }),
    ...(owner !== undefined && live.entries.length > 0 && { owner }),
  };
}

function withKnown(ours: ReadonlySet<string>, known: ReadonlySet<string>, { secret }: Target): Set<string> {
  const present = [...known].filter((key) => own(secret?.data, key) !== undefined);
  return new Set([...ours, ...present]);
}
