import { readProjectSubscriptions } from '../../../operator/argocd/project-annotation.ts';
import { type Decision, decide } from '../../../operator/core/decide.ts';
import { deliveryChecks } from '../../../operator/core/delivery/checks.ts';
import { type Fault, Faults } from '../../../operator/core/model/faults.ts';
import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import type { StatusUpdate } from '../../../operator/core/status/status-update.ts';
import { statusUpdates } from '../../../operator/core/status/statuses.ts';
import { readSignedUrl } from '../../../operator/dingtalk/signatures.ts';
import { GOOD_SERVICE, goodPart, isGoodEntry } from './alone.ts';
import { GOOD } from './good-team.ts';

/** All that follows from a snapshot, in the operator's own order. */
export interface Outcome {
  readonly decision: Decision;
  readonly updates: readonly StatusUpdate[];
  readonly checks: ReturnType<typeof deliveryChecks>;
  /** Exceptions that were kept to one resource. */
  readonly faults: readonly Fault[];
}

/** Decides, and says what to tell and what to check. */
export function outcomeOf(snapshot: Snapshot): Outcome {
  const decision = decide(snapshot);
  const { resolution, live, plan, writes, ignored } = decision;
  const blocked = writes.blocked;
  const faults = new Faults(decision.faults);
  const updates = statusUpdates(resolution, { snapshot, live, plan, blocked, ignored }, faults);
  return {
    decision,
    updates,
    checks: deliveryChecks(resolution.robots, snapshot, faults),
    faults: faults.found,
  };
}

/** What of it is the good team's: verdicts, keys and bytes, entries, statuses, and what keeps it from being written. */
export function goodOutcome({ decision, updates, checks }: Outcome, snapshot: Snapshot): object {
  const { plan, writes, ignored } = decision;
  const entries = plan.entries.filter(isGoodEntry);
  return {
    configMap: goodPart(plan.configMap),
    entries,
    projects: [...plan.projects].flatMap(([name, annotation]) => {
      const own = readProjectSubscriptions(annotation).filter(isGoodEntry);
      return own.length > 0 ? [[name, own]] : [];
    }),
    isSigned: goodUrl({ decision }, snapshot) !== undefined,
    verdicts: goodVerdicts({ decision }),
    statuses: updates
      .filter(({ cr }) => cr.metadata.namespace === GOOD)
      .map(({ kind, patch }) => [kind, patch]),
    checks: checks.filter(({ robot }) => robot.startsWith(`${GOOD}/`)),
    // Of whom nothing is to be written, nothing is kept out.
    blocked: entries.length > 0 ? writes.blocked?.reason : undefined,
    ignored,
  };
}

/** What the good team's resources are told, by kind. */
export function goodVerdicts({ decision: { resolution } }: Pick<Outcome, 'decision'>) {
  return [...resolution.robots, ...resolution.templates, ...resolution.subscriptions, ...resolution.gitee]
    .filter(({ cr }) => cr.metadata.namespace === GOOD)
    .map(({ cr, verdict }) => [cr.kind, verdict] as const);
}

/** The good team's URL in the plan, if its signature is valid now. */
export function goodUrl({ decision: { resolution, plan } }: Pick<Outcome, 'decision'>, { now }: Snapshot) {
  const credential = resolution.robots.find(({ service }) => service === GOOD_SERVICE)?.credential;
  return credential && readSignedUrl(plan.secret[GOOD_SERVICE], credential, now);
}

/** A value in which a Map and a Set show what they hold, as JSON. */
export function asText(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (each instanceof Map) return [...each];
    if (each instanceof Set) return [...each];
    return each;
  });
}
