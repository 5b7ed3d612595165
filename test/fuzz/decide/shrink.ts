import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import { GOOD } from './good-team.ts';
import { type AnyResource, RESOURCE_KINDS } from './resources.ts';

/** Whether a smaller snapshot still has the problem. */
export type StillFails = (snapshot: Snapshot) => boolean;

/** The smallest snapshot that is cheap to find: without resources, keys and fields that the problem does not need. */
export function shrink(snapshot: Snapshot, stillFails: StillFails, budgetMs: number): Snapshot {
  const end = Date.now() + budgetMs;
  const check: StillFails = (each) => Date.now() < end && stillFails(each);
  let least = snapshot;
  for (const kind of RESOURCE_KINDS)
    least = {
      ...least,
      [kind]: fewer<AnyResource>(least[kind], (list) => check({ ...least, [kind]: list })),
    };
  for (const name of ['credentials', 'namespaces'] as const) {
    const list = fewer([...least[name]] as [string, never][], (all) =>
      check({ ...least, [name]: new Map(all) }),
    );
    least = { ...least, [name]: new Map(list) };
  }
  least = { ...least, projects: fewer(least.projects, (projects) => check({ ...least, projects })) };
  const { configMap } = least.target;
  if (configMap) {
    const withData = (all: readonly [string, string][]): Snapshot => ({
      ...least,
      target: { ...least.target, configMap: { ...configMap, data: Object.fromEntries(all) } },
    });
    least = withData(fewer(Object.entries(configMap.data), (all) => check(withData(all))));
  }
  for (const kind of RESOURCE_KINDS) {
    for (const [index, resource] of (least[kind] as readonly AnyResource[]).entries()) {
      if (resource.metadata.namespace === GOOD) continue;
      const put = (smaller: unknown): Snapshot => ({
        ...least,
        [kind]: (least[kind] as readonly AnyResource[]).map((each, at) => (at === index ? smaller : each)),
      });
      // What Kubernetes itself puts there stays as Kubernetes makes it.
      const { spec, ...rest } = resource;
      const { status: _, ...told } = rest;
      const base = check(put({ ...told, spec })) ? told : rest;
      least = put({ ...base, spec: simpler(spec, (smaller) => check(put({ ...base, spec: smaller }))) });
    }
  }
  return least;
}

/** The shortest part of a list that still fails: halves are tried before single items. */
function fewer<T>(list: readonly T[], fails: (list: readonly T[]) => boolean): readonly T[] {
  let least = list;
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < least.length; ) {
      const rest = [...least.slice(0, at), ...least.slice(at + size)];
      if (fails(rest)) least = rest;
      else at += size;
    }
  }
  return least;
}

/** A value without the fields, items and characters that it does not need. */
function simpler(value: unknown, fails: (value: unknown) => boolean): unknown {
  if (typeof value === 'string') return shorter(value, fails);
  if (Array.isArray(value)) {
    let list: readonly unknown[] = fewer(value, fails);
    for (const index of list.keys()) {
      const put = (inner: unknown) => list.map((each, at) => (at === index ? inner : each));
      list = put(simpler(list[index], (inner) => fails(put(inner))));
    }
    return list;
  }
  if (typeof value !== 'object' || value === null) return value;
  let entries = fewer(Object.entries(value), (all) => fails(Object.fromEntries(all)));
  for (const [index, [name, inner]] of entries.entries()) {
    const put = (smaller: unknown) =>
      entries.map((each, at): [string, unknown] => (at === index ? [name, smaller] : each));
    entries = put(simpler(inner, (smaller) => fails(Object.fromEntries(put(smaller)))));
  }
  return Object.fromEntries(entries);
}

function shorter(text: string, fails: (text: string) => boolean): string {
  let least = text;
  for (let half = least.length >> 1; half >= 1; half >>= 1) {
    if (fails(least.slice(0, -half))) least = least.slice(0, -half);
    if (fails(least.slice(half))) least = least.slice(half);
  }
  return least;
}
