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

/** How long nothing may have happened: times of events are whole seconds, and Argo CD takes a moment to tell. */
const QUIET_MS = 2_000;
/** By then Argo CD has told of whatever happened in the moment of the switch. */
const SETTLE_MS = 3_000;

/** All that the switch is made from. The target is as it was read, the decision is asked for anew for each moment. */
export interface SwitchPlan {
  readonly adoption: Adoption;
  readonly target: Target;
  /** @param since the latest event that the former configuration has told of */
  decide(target: Target, since: Date): Promise<Decision>;
}

/** The world around the switch. */
export interface SwitchOptions {
  readonly request: ApiCall;
  readonly target: OperatorConfiguration['target'];
  /** Argo CD's Applications as they are now. */
  readonly listApplications: () => Promise<readonly TimedApplication[]>;
  /** What the former configuration has yet to tell, in words. */
  readonly pendingIn: (applications: readonly TimedApplication[]) => Promise<readonly string[]>;
  /** The API server's clock. */
  readonly now: () => Date;
  /** In milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
}

/** How a try to switch ended: `waiting` says what for. */
export type SwitchAttempt =
  | { readonly state: 'waiting'; readonly reason: string; readonly hasWritten: boolean }
  | { readonly state: 'done'; readonly since: string; readonly anomalies: Anomalies };

/**
 * Switches from the former configuration to the operator's, if this is a quiet moment. First come the operator's own keys,
 * which nobody uses yet. Then, if still nothing has happened, one write subscribes them and removes what they take the
 * place of. An event counts for them if it is later than the latest one that was told of before.
 * @throws ConflictError if somebody else has written meanwhile: read again, and try again; whatever else a request throws
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
  if (writes.blocked) throw new Error(`subscriptions can not be written: ${writes.blocked.message}`);
  const { inert, switching, leftover } = inOrder(writes.steps);

  const latest = new LatestVersions(prepared.target);
  const writer = new TargetWriter(request, latest, target);
  await writer.write(inert, prepared.target, () => undefined);
  const second = await listApplications();
  const late = await unrestIn(second, options);
  if (late !== undefined || (youngestOf(second) ?? since) !== since)
    return { state: 'waiting', reason: late ?? 'something has just happened', hasWritten: inert.length > 0 };

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
  const anomalies = anomaliesBetween(second, await listApplications(), since, prepared.adoption.recipients);
  return { state: 'done', since, anomalies };
}

async function unrestIn(
  applications: readonly TimedApplication[],
  { now, pendingIn }: SwitchOptions,
): Promise<string | undefined> {
  const youngest = youngestOf(applications);
  if (youngest !== undefined && now().getTime() - Date.parse(youngest) < QUIET_MS)
    return 'something has happened within the last two seconds';
  const [pending] = await pendingIn(applications);
  return pending === undefined ? undefined : `the former configuration has yet to tell: ${pending}`;
}

/** What nobody uses yet, the write that has it used, and what nobody uses any more. */
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

/** The versions that our own writes leave behind. */
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
