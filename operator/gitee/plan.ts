import { type DeclaredHook, type FoundHook, isAsDeclared, type ReadBack, urlHash } from './hook.ts';
import type { HookRecord } from './record.ts';

/** A hook that a subscription should have in the repository. */
export interface HookAim {
  /** As in a record. */
  readonly robot: string;
  readonly hook: DeclaredHook;
}

/** One step from the hooks that are there to those that should be. */
export type HookStep =
  | { readonly kind: 'delete'; readonly record: HookRecord; readonly id: number }
  /** The hook of the record was never created. */
  | { readonly kind: 'forget'; readonly record: HookRecord }
  /** The hook of the record exists, and the process that created it did not live to record its id. */
  | { readonly kind: 'adopt'; readonly record: HookRecord; readonly id: number }
  | { readonly kind: 'change'; readonly record: HookRecord; readonly id: number; readonly aim: HookAim }
  /** `instead`: the record of the hook whose place the new one takes. It may be missing from the list by chance only. */
  | {
      readonly kind: 'create';
      readonly aim: HookAim;
      readonly afterId: number;
      readonly instead?: HookRecord;
    };

/** The hooks of one subscription in one repository, and all that decides about them. */
export interface HookSituation {
  /** What should be; one for each robot at most. */
  readonly aims: readonly HookAim[];
  /** The records of the subscription in this repository. */
  readonly records: readonly HookRecord[];
  /** All hooks of the repository. */
  readonly found: readonly FoundHook[];
  /** The ids of all hooks that other records have. */
  readonly claimed: ReadonlySet<number>;
  /** What Gitee said of hooks after this process had written them, by id. */
  readonly written: ReadonlyMap<number, ReadBack>;
}

/**
 * The steps for one subscription in one repository: the hooks of its records become as declared, or go, and no other hook is
 * touched. Deletions come first.
 */
export function planHooks({ aims, records, found, claimed, written }: HookSituation): readonly HookStep[] {
  const byId = new Map(found.map((hook) => [hook.id, hook]));
  const aimOf = new Map(aims.map((aim) => [aim.robot, aim]));
  const afterId = Math.max(0, ...byId.keys());
  const taken = new Set([...claimed, ...records.flatMap(({ id }) => (id === undefined ? [] : [id]))]);
  const removals: HookStep[] = [];
  const others: HookStep[] = [];
  for (const record of records) {
    const aim = aimOf.get(record.robot);
    // A second record of the same robot is not wanted.
    aimOf.delete(record.robot);
    const hook = record.id === undefined ? createdFor(record, found, taken) : byId.get(record.id);
    if (hook) taken.add(hook.id);
    const id = hook?.id ?? record.id;
    if (!aim) {
      removals.push(id === undefined ? { kind: 'forget', record } : { kind: 'delete', record, id });
      continue;
    }
    if (!hook) {
      others.push({ kind: 'create', aim, afterId, instead: record });
      continue;
    }
    if (record.id === undefined) others.push({ kind: 'adopt', record, id: hook.id });
    if (!isAsDeclared(hook, aim.hook, written.get(hook.id)))
      others.push({ kind: 'change', record: withId(record, hook.id), id: hook.id, aim });
  }
  for (const aim of aimOf.values()) others.push({ kind: 'create', aim, afterId });
  return [...removals, ...others];
}

/** The record of a hook that exists. */
export const withId = ({ baseUrl, repository, robot }: HookRecord, id: number): HookRecord => ({
  baseUrl,
  repository,
  robot,
  id,
});

/** The hook that a process created before it ended: the first one with the URL after the record was written. */
function createdFor(
  { afterId = 0, urlHash: hash }: HookRecord,
  found: readonly FoundHook[],
  taken: ReadonlySet<number>,
): FoundHook | undefined {
  return found
    .filter(({ id, url }) => id > afterId && !taken.has(id) && urlHash(url) === hash)
    .sort((a, b) => a.id - b.id)[0];
}
