import { objectKey } from '../api/names.ts';
import { parseKey, serviceKey } from '../argocd/names.ts';
import { readProvenance } from '../argocd/provenance.ts';
import type { LiveObject, Target } from '../core/model/snapshot.ts';
import type { TargetWrite, Write } from '../core/writes/writes.ts';
import { own } from '../lib/own.ts';

/** Resources that one line of the log names. */
const MAX_NAMED = 5;

/** How many keys of an object a round of writes has set to another value, and how many it has removed. */
interface Changes {
  readonly set: number;
  readonly removed: number;
}

/** The changes of one round of writes, for a line of the log: numbers, and the resources that they were made for. */
export interface WriteSummary {
  readonly configMap?: Changes;
  readonly secret?: Changes;
  /** Whether the shared key was written. */
  readonly subscriptions?: true;
  /** How many AppProjects were written. */
  readonly projects?: number;
  /** Some of the robots and subscriptions whose keys have changed, `namespace/name`. */
  readonly resources: readonly string[];
  /** How many more there are. */
  readonly more?: number;
}

/**
 * Sums up the steps that were done.
 * @param before the objects that the steps were decided on
 */
export function writeSummary(steps: readonly Write[], before: Target): WriteSummary {
  const inMap = changedKeys(steps, 'ConfigMap', before.configMap);
  const inSecret = changedKeys(steps, 'Secret', before.secret);
  const owners = new Set(
    [...inMap.set, ...inMap.removed, ...[...inSecret.set, ...inSecret.removed].map(serviceKey)].flatMap(
      (key) => {
        const owner = parseKey(key);
        return owner && owner.kind !== 'relay' ? [objectKey(owner.namespace, owner.name)] : [];
      },
    ),
  );
  const projects = steps.filter(({ kind }) => kind === 'project').length;
  const more = owners.size - MAX_NAMED;
  return {
    ...(hasAny(inMap) && { configMap: counted(inMap) }),
    ...(hasAny(inSecret) && { secret: counted(inSecret) }),
    ...(steps.some(({ kind }) => kind === 'subscriptions') && { subscriptions: true as const }),
    ...(projects > 0 && { projects }),
    resources: [...owners].slice(0, MAX_NAMED),
    ...(more > 0 && { more }),
  };
}

interface Keys {
  readonly set: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

function changedKeys(
  steps: readonly Write[],
  object: (TargetWrite & { kind: 'apply' })['object'],
  live: LiveObject | undefined,
): Keys {
  const applied = steps.flatMap((step) => (step.kind === 'apply' && step.object === object ? [step] : []));
  const data = live?.data ?? {};
  const set = applied.flatMap((step) =>
    Object.entries(step.data).filter(([key, value]) => own(data, key) !== value),
  );
  const last = applied.at(-1)?.data;
  const isOurs = (key: string, value: string) =>
    object === 'Secret' ? live?.owned.has(key) === true : parseKey(key) && readProvenance(value);
  const removed = Object.entries(data).filter(
    ([key, value]) => last !== undefined && own(last, key) === undefined && isOurs(key, value),
  );
  return { set: new Set(set.map(([key]) => key)), removed: new Set(removed.map(([key]) => key)) };
}

const hasAny = ({ set, removed }: Keys): boolean => set.size + removed.size > 0;
const counted = ({ set, removed }: Keys): Changes => ({ set: set.size, removed: removed.size });
