import { isNamedLikeOurs, PREFIX } from '../../argocd/names.ts';
import { own } from '../../lib/own.ts';
import { Inquiry } from '../model/inquiry.ts';
import { foreignKeys, ourLiveKeys, readLiveState } from '../model/live.ts';
import type { LiveObject, Target } from '../model/snapshot.ts';
import type { Plan } from '../plan/placements.ts';
import { sharedKeyOwner } from './shared-key.ts';
import { type Write, writesFor } from './writes.ts';

/** What takes the operator's part out of the two target objects, and nothing else. */
export interface Removal {
  /** In the order in which they have to happen; empty where nothing of ours is left. */
  readonly steps: readonly Write[];
  /** Our keys, sorted. */
  readonly configMap: readonly string[];
  readonly secret: readonly string[];
  /** How many entries of the shared `subscriptions` key are ours. */
  readonly entries: number;
  /** AppProjects with our annotation, sorted. */
  readonly projects: readonly string[];
  /** Keys that are named like ours but carry no provenance: they are somebody else's, and stay. */
  readonly left: { readonly configMap: readonly string[]; readonly secret: readonly string[] };
  /** Why the shared key is left alone, if it is. */
  readonly broken?: string;
  /** Field manager of a tool that applies the shared key as a whole, and so may have a copy of our entries. */
  readonly owner?: string;
}

const NOTHING: Plan = {
  configMap: {},
  entries: [],
  projects: new Map(),
  secret: {},
  robots: new Map(),
  subscriptions: new Map(),
};

/** As if nobody had asked it anything: to take our entries away needs no engine. */
const NO_ENGINE = () => new Inquiry(new Map());

const ABSENT: LiveObject = {
  uid: '',
  resourceVersion: '',
  data: {},
  owned: new Set(),
  managers: [],
  owners: [],
};

/** The target with an absent object as an empty one, so that the other one can still be cleared. */
export function asPresent({
  configMap = ABSENT,
  secret = ABSENT,
  projects = new Map(),
}: Target): Required<Target> {
  return { configMap, secret, projects };
}

/**
 * What the operator would write if there were no custom resources.
 * @param knownSecretKeys keys of the Secret that were known to be ours before: once the service that refers to one is
 *   gone, its name alone would prove nothing
 */
export function removalOf(before: Target, knownSecretKeys: ReadonlySet<string> = new Set()): Removal {
  const target = asPresent(before);
  const state = readLiveState(target);
  const live = { ...state, secretKeys: withKnown(state.secretKeys, knownSecretKeys, target) };
  // What is removed for good is removed from under a tool that applies the shared key, too: it would be left for ever.
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
