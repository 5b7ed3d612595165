import type { NotificationSubscription } from '../../api/kinds.ts';
import type { GiteeClient, GiteeRepository } from '../../gitee/client.ts';
import {
  type DeclaredHook,
  type FoundHook,
  HOOK_SWITCHES,
  isAsDeclared,
  type ReadBack,
  urlHash,
} from '../../gitee/hook.ts';
import { type GiteeFailure, giteeFailure, isCertain } from '../../gitee/outcome.ts';
import { type HookStep, withId } from '../../gitee/plan.ts';
import { type HookPlace, type HookRecord, isSameRecord, MAX_HOOKS } from '../../gitee/record.ts';
import { NotLeadingError } from '../../kubernetes/fence.ts';
import type { HookObjects } from './objects.ts';

/** The hooks of a repository as a pass knows them; its own writes change them. */
export type FoundHooks = Map<number, FoundHook>;

/** What a step needs. */
export interface StepParts {
  readonly gitee: GiteeClient;
  readonly objects: Pick<HookObjects, 'holdBack' | 'record'>;
  /** Whether this replica may write now. */
  readonly mayWrite: () => boolean;
  /** Called for a hook that somebody else had changed or removed. */
  readonly onRepaired: (subscription: NotificationSubscription, place: HookPlace, id: number) => void;
}

/** What this process knows of the hooks of one repository beside what Gitee and the statuses say. */
export interface HookMemory {
  readonly written: Map<number, ReadBack>;
  /** Hooks that were as declared, by subscription and robot. */
  readonly settled: Map<string, string>;
}

interface Stepping {
  readonly subscription: NotificationSubscription;
  readonly of: GiteeRepository;
  readonly found: FoundHooks;
  readonly memory: HookMemory;
  /** How many records the subscription has in all. */
  readonly count: () => number;
}

/** A step could not be done: Gitee failed, or the status has no room for another record. */
export type StepFailure = GiteeFailure | { readonly ok: false; readonly trouble: 'full' };

/**
 * Does one step. The status has a record before a hook is created, so a hook is never without one.
 * @returns the failure, if there was one
 * @throws NotLeadingError, SubscriptionGoneError, ForbiddenError or any other error of a request to the API server
 */
export async function doStep(
  step: HookStep,
  stepping: Stepping,
  parts: StepParts,
): Promise<StepFailure | undefined> {
  const { subscription, of, found, memory } = stepping;
  const { gitee, objects } = parts;
  passMayWrite(parts, of);
  switch (step.kind) {
    case 'forget':
      await objects.record(subscription, without(step.record));
      return undefined;
    case 'adopt':
      await objects.record(subscription, replaced(step.record, withId(step.record, step.id)));
      return undefined;
    case 'delete': {
      const removed = await gitee.remove(of, step.id);
      if (!removed.ok && removed.trouble !== 'missing') return removed;
      found.delete(step.id);
      memory.written.delete(step.id);
      await objects.record(subscription, without(step.record));
      return undefined;
    }
    case 'change': {
      const { aim, id, record } = step;
      if (isSettled(subscription, record, aim.hook, memory)) parts.onRepaired(subscription, of, id);
      const changed = await gitee.change(of, id, aim.hook);
      // The next look creates it again.
      if (!changed.ok) return changed.trouble === 'missing' ? undefined : changed;
      remember(changed.value, aim.hook, stepping);
      return isAsDeclared(changed.value, aim.hook, memory.written.get(changed.value.id))
        ? undefined
        : NOT_KEPT;
    }
    case 'create':
      return create(step, stepping, parts);
  }
}

const NOT_KEPT = giteeFailure('unexpected', 'Gitee does not keep the hook as it was written');

async function create(
  { aim, afterId, instead }: HookStep & { kind: 'create' },
  stepping: Stepping,
  { gitee, objects, ...parts }: StepParts,
): Promise<StepFailure | undefined> {
  const { subscription, of, memory, count } = stepping;
  if (instead?.id !== undefined) {
    // Pages shift while others delete hooks, so a list may lack a hook that exists.
    const seen = await gitee.get(of, instead.id);
    if (seen.ok || seen.trouble !== 'missing') return seen.ok ? undefined : seen;
    if (isSettled(subscription, instead, aim.hook, memory)) parts.onRepaired(subscription, of, instead.id);
  }
  if (!instead && count() >= MAX_HOOKS) return { ok: false, trouble: 'full' };
  const { baseUrl, repository } = of;
  const pending: HookRecord = {
    ...{ baseUrl, repository, robot: aim.robot },
    ...{ afterId, urlHash: urlHash(aim.hook.url) },
  };
  await objects.holdBack(subscription);
  await objects.record(subscription, replaced(instead ?? pending, pending));
  passMayWrite(parts, of);
  const created = await gitee.create(of, aim.hook);
  if (!created.ok) {
    if (isCertain(created)) await objects.record(subscription, without(pending));
    return created;
  }
  remember(created.value, aim.hook, stepping);
  await objects.record(subscription, replaced(pending, withId(pending, created.value.id)));
  return undefined;
}

/** @throws NotLeadingError */
function passMayWrite({ mayWrite }: Pick<StepParts, 'mayWrite'>, { repository }: HookPlace): void {
  if (!mayWrite())
    throw new NotLeadingError(`hooks of ${repository}: this replica does not hold the Lease any more`);
}

function remember(said: FoundHook, { signingKey }: DeclaredHook, { found, memory }: Stepping): void {
  found.set(said.id, said);
  memory.written.set(said.id, { signingKey, password: said.password });
}

/** The name of a hook in the memory. */
const settledKey = (
  { metadata: { uid } }: NotificationSubscription,
  { robot }: Pick<HookRecord, 'robot'>,
): string => `${uid} ${robot}`;

const declaredText = ({ url, signingKey, switches }: DeclaredHook): string =>
  JSON.stringify([url, signingKey, HOOK_SWITCHES.map((each) => switches[each])]);

/** Notes that a hook is as declared. */
export function settle(
  subscription: NotificationSubscription,
  aim: Pick<HookRecord, 'robot'> & { readonly hook: DeclaredHook },
  { settled }: HookMemory,
): void {
  settled.set(settledKey(subscription, aim), declaredText(aim.hook));
}

const isSettled = (
  subscription: NotificationSubscription,
  record: HookRecord,
  hook: DeclaredHook,
  { settled }: HookMemory,
): boolean => settled.get(settledKey(subscription, record)) === declaredText(hook);

type RecordChange = (records: readonly HookRecord[]) => readonly HookRecord[];

/** The records without one. */
export const without =
  (record: HookRecord): RecordChange =>
  (records) =>
    records.filter((each) => !isSameRecord(each, record));

const replaced =
  (before: HookRecord, after: HookRecord): RecordChange =>
  (records) => [...without(before)(records), after];
