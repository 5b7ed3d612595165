import type { Finding } from '../api/finding.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { Target } from '../core/model/snapshot.ts';
import type { ObservedState } from '../core/status/observed-state.ts';
import { redactError } from '../lib/redact.ts';
import type { Decided } from './decide-within.ts';
import type { ReconcilerParts } from './reconciler-parts.ts';
import type { Admission } from './target-guard.ts';

/** How far a run got with its writes. */
export interface WriteOutcome {
  readonly admission: Admission;
  /** The error that ended the writes early. */
  readonly failure?: Error;
  /** The errors of single RelayRoutes, by name. */
  readonly routeFailures?: ReadonlyMap<string, Error>;
  /** Whether any RelayRoute was written or deleted. */
  readonly hasRoutes?: boolean;
}

/** The result of a run, as the statuses report it. */
export function observedAfter(
  { decision: { live, plan, writes, ignored }, snapshot, round }: Decided,
  { admission, failure, routeFailures = new Map() }: WriteOutcome,
  { config: { target }, conflicts }: Pick<ReconcilerParts, 'config' | 'conflicts'>,
): ObservedState {
  const contested = conflicts.contested();
  const held = admission.againAt !== undefined && !admission.isPaced ? contested[0]?.finding : undefined;
  // Answers of the engine have come since the writes: the next run writes what they allow.
  const hasMore = failure === undefined && admission.againAt === undefined && writes.steps.length > 0;
  return {
    snapshot,
    live,
    plan,
    obstacle: obstacleOf(snapshot.target, target, failure) ?? held,
    blocked: writes.blocked && {
      ...writes.blocked,
      message: `ConfigMap ${target.namespace}/${target.configMap}, key subscriptions: ${writes.blocked.message}`,
    },
    ignored,
    unwrittenRoutes: new Map([...routeFailures].map(([name, error]) => [name, writeFailed(error)])),
    contested,
    awaits: { engine: round === 'pending', turn: admission.isPaced || hasMore },
  };
}

/**
 * The problems that keep the whole plan out of the target, in the order in which a person would have to solve them.
 */
function obstacleOf(
  target: Target,
  { namespace, configMap, secret }: OperatorConfiguration['target'],
  failure: Error | undefined,
): Finding | undefined {
  const missing = [
    ...(target.configMap ? [] : [`ConfigMap ${namespace}/${configMap}`]),
    ...(target.secret ? [] : [`Secret ${namespace}/${secret}`]),
  ];
  if (missing.length > 0) {
    const message = `${missing.join(' and ')} not found. Install Argo CD's notifications: their installation creates these objects, and the operator never does.`;
    return { reason: 'TargetNotFound', message };
  }
  return failure && writeFailed(failure);
}

const writeFailed = (error: Error): Finding => ({ reason: 'WriteFailed', message: redactError(error) });
