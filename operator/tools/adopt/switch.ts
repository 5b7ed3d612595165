import { SUBSCRIPTIONS_FIELD_MANAGER } from '../../api/field-managers.ts';
import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { TargetWriter } from '../../cluster/target-writer.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Decision } from '../../core/decide.ts';
import type { Target } from '../../core/model/snapshot.ts';
import type { Write } from '../../core/writes/writes.ts';
import { mergePatch } from '../../kubernetes/apply.ts';
import type { ApiCall } from '../../kubernetes/request.ts';
import type { Adoption } from './adoption.ts';
import { cutTarget } from './cut-target.ts';
import { type TimedApplication, youngestOf } from './event-times.ts';
import { type Anomalies, anomaliesBetween } from './notes.ts';

/** The time without an event before the switch: times of events are whole seconds, and Argo CD sends with a short delay. */
const QUIET_MS = 2_000;
/** By then Argo CD has sent all notifications about events in the moment of the switch. */
const SETTLE_MS = 3_000;

/** The input of the switch. The target is as it was read; each moment needs a new decision. */
export interface SwitchPlan {
  readonly adoption: Adoption;
  readonly target: Target;
  /** @param since the latest event that the former configuration has sent */
  decide(target: Target, since: Date): Promise<Decision>;
}

/** The world around the switch. */
export interface SwitchOptions {
  readonly request: ApiCall;
  readonly target: OperatorConfiguration['target'];
  /** Argo CD's Applications as they are now. */
  readonly listApplications: () => Promise<readonly TimedApplication[]>;
  /** The notifications that the former configuration has not sent yet, in words. */
  readonly pendingIn: (applications: readonly TimedApplication[]) => Promise<readonly string[]>;
  /** The API server's clock. */
  readonly now: () => Date;
  /** In milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
}

/** The result of an attempt to switch; `waiting` has a reason. */
export type SwitchAttempt =
  | { readonly state: 'waiting'; readonly reason: string; readonly hasWritten: boolean }
  | { readonly state: 'done'; readonly since: string; readonly anomalies: Anomalies };

/**
 * Switches from the former configuration to the operator's, if this is a quiet moment. It first writes the operator's own keys,
 * which nothing uses yet. Then, if still nothing has happened, one write subscribes the new keys and removes the keys that they
 * replace. An event counts for the new keys if it is later than the latest event of the former configuration.
 * @throws ConflictError if somebody else has written meanwhile: read again, and try again; every other error of a request
 */
export async function trySwitch(prepared: SwitchPlan, options: SwitchOptions): Promise<SwitchAttempt> {
  const { request, target, listApplications } = options;
  const first = await listApplications();
  const unrest = await unrestIn(first, options);
  if (unrest !== undefined) return { state: 'waiting', reason: unrest, hasWritten: false };
  const since = youngestOf(first) ?? options.now().toISOString();
  const { configMap } = prepared.target;
  if (!configMap) throw new Error('there is no ConfigMap'); // Nothing could have been adopted.
  const { writes } = await prepared.decide(
    cutTarget(prepared.target, prepared.adoption.cut),
    new Date(since),
  );
  if (writes.blocked) throw new Error(`subscriptions cannot be written: ${writes.blocked.message}`);
  const { inert, switching, leftover } = inOrder(writes.steps);

  const latest = new LatestVersions(prepared.target);
  const writer = new TargetWriter(request, latest, target);
  await writer.write(inert, prepared.target, () => undefined);
  const second = await listApplications();
  const late = await unrestIn(second, options);
  if (late !== undefined || (youngestOf(second) ?? since) !== since)
    return { state: 'waiting', reason: late ?? 'an event has just happened', hasWritten: inert.length > 0 };

  const { keys, subscriptions } = prepared.adoption.cut;
  const shared = switching ? switching.text : subscriptions;
  await mergePatch(request, {
    kind: 'ConfigMap',
    namespace: target.namespace,
    name: target.configMap,
    data: {
      ...Object.fromEntries(keys.map((key) => [key, null])),
      ...(shared !== configMap.data[SUBSCRIPTIONS_KEY] && { [SUBSCRIPTIONS_KEY]: shared ?? null }),
    },
    resourceVersion: latest.configMapVersion,
    fieldManager: SUBSCRIPTIONS_FIELD_MANAGER,
  });
  await writer.write(leftover, latest.target, () => undefined);
  await options.pause(SETTLE_MS);
  const anomalies = anomaliesBetween(second, await listApplications(), since, prepared.adoption.deliveries);
  return { state: 'done', since, anomalies };
}

async function unrestIn(
  applications: readonly TimedApplication[],
  { now, pendingIn }: SwitchOptions,
): Promise<string | undefined> {
  const youngest = youngestOf(applications);
  if (youngest !== undefined && now().getTime() - Date.parse(youngest) < QUIET_MS)
    return 'an event has happened within the last two seconds';
  const [pending] = await pendingIn(applications);
  return pending === undefined
    ? undefined
    : `the former configuration has not sent this notification yet: ${pending}`;
}

/** The writes of keys that nothing uses yet, the write that subscribes them, and the removal of keys that nothing uses any more. */
function inOrder(steps: readonly Write[]) {
  const at = steps.findIndex(({ kind }) => kind !== 'apply');
  if (at < 0) return { inert: steps, switching: undefined, leftover: [] };
  const switching = steps.find((step) => step.kind === 'subscriptions');
  return {
    inert: steps.slice(0, at),
    switching,
    leftover: steps.slice(at).filter((step) => step !== switching),
  };
}

/** The versions of the objects after our own writes. */
class LatestVersions {
  #target: Target;

  constructor({ configMap, secret }: Target) {
    this.#target = { configMap, secret };
  }

  get target(): Target {
    return this.#target;
  }

  get configMapVersion(): string {
    return this.#target.configMap?.resourceVersion ?? '';
  }

  readonly configMap = { observe: (object: Versioned) => this.#replace('configMap', object) };
  readonly secret = { observe: (object: Versioned) => this.#replace('secret', object) };

  #replace(which: 'configMap' | 'secret', { metadata }: Versioned): void {
    const old = this.#target[which];
    if (old)
      this.#target = { ...this.#target, [which]: { ...old, resourceVersion: metadata.resourceVersion } };
  }
}

interface Versioned {
  readonly metadata: { readonly resourceVersion: string };
}
