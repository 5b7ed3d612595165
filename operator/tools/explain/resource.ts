import type { Condition, Metadata } from '../../api/kinds.ts';
import type { Reason } from '../../api/reasons.ts';
import { REASONS } from '../../api/reasons.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { otherInstallation } from '../../core/resolve/selection.ts';
import { own } from '../../lib/own.ts';
import { type ClusterView, operatorHint } from './cluster-view.ts';
import { ok, problem, type Step, unknown, warning } from './step.ts';

/** A custom resource of any kind. */
interface CustomResource {
  readonly metadata: Metadata;
  readonly status?: {
    readonly installation?: string;
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
  };
}

const servedBy = (other: string): string =>
  `the installation of the operator in namespace ${other} serves the resource, and this explanation is about another one`;
const SERVED_BY_OTHER =
  'Name that namespace as --argocd-namespace. If the resource should belong to this installation, correct tenancy.namespaceSelector of both.';

/**
 * The operator's report on a resource, or, if it has not seen this generation, the report that it would make.
 * @param verdict according to the present state; undefined if the operator ignores the resource
 */
export function resourceSteps(
  cr: CustomResource,
  verdict: Verdict | undefined,
  { presence, sees, snapshot }: Pick<ClusterView, 'presence' | 'sees' | 'snapshot'>,
): Step[] {
  const { generation, deletionTimestamp } = cr.metadata;
  if (deletionTimestamp !== undefined)
    return [problem(`the resource is marked for deletion since ${deletionTimestamp}, and counts as gone`)];
  const other = otherInstallation(cr, snapshot);
  if (other !== undefined) return [problem(servedBy(other), SERVED_BY_OTHER)];
  if (!verdict)
    return [problem('the operator ignores the resource: this configuration does not serve its namespace')];
  const seen = cr.status?.observedGeneration;
  if (seen !== generation) {
    const known = seen === undefined ? 'has not seen it yet' : `has only seen generation ${seen}`;
    return [
      problem(`the resource has generation ${generation}, but the operator ${known}`, operatorHint(presence)),
      ...(seen === undefined && !sees.grants ? [UNSERVED] : []),
      ...verdictSteps(verdict, sees),
    ];
  }
  const conditions = cr.status?.conditions ?? [];
  const suspended = conditions.find(({ type, reason }) => type === 'Ready' && reason === 'Suspended');
  const reported = suspended
    ? [problem(`the resource is suspended: ${suspended.message}`, REASONS.Suspended.remedy)]
    : conditions.flatMap(conditionSteps);
  // A refusal that was not reported is new, or follows from the rights of the caller. Nothing can be said against the operator's own
  // report by the defaults of a configuration that is not known.
  const isReported = !sees.settings || reported.some((step) => step.verdict === 'problem');
  return [
    ok(`the resource exists, and the operator has seen its generation ${generation}`),
    ...reported,
    ...(isReported ? [] : refusalSteps(verdict)),
  ];
}

/** Reasons of a condition that only repeat that another condition does not hold. */
const CONSEQUENCES: ReadonlySet<string> = new Set<Reason>(['NotAccepted', 'NotSigned']);

/** `Ready` repeats the other conditions, so it counts only if no other condition has its reason. */
function conditionSteps(condition: Condition, _: number, all: readonly Condition[]): Step[] {
  const { type, status, reason, message } = condition;
  const text = `${type} is ${status}, ${reason}: ${message}`;
  const hint = own(REASONS, reason)?.remedy ?? '';
  if (type === 'Ready') {
    if (status === 'True') return [ok(`${type} is ${status}`)];
    return all.some((each) => each !== condition && each.reason === reason) ? [] : [problem(text, hint)];
  }
  if (CONSEQUENCES.has(reason)) return [];
  if (status === 'False') return [problem(text, hint)];
  if (status === 'Unknown') return [unknown(text)];
  return reason === type ? [] : [warning(text, hint)];
}

const UNSERVED = unknown(
  'cannot tell whether the installation serves the namespace: that is part of the grants, which are not known',
);

function verdictSteps(verdict: Verdict, { grants }: ClusterView['sees']): Step[] {
  const warnings = verdict.warnings.map(({ reason, message }) =>
    reason === 'ProjectNotGranted' && !grants
      ? unknown('cannot tell whether the projects of the subscription are granted to the namespace')
      : warning(`${reason}: ${message}`, REASONS[reason].remedy),
  );
  return [...refusalSteps(verdict), ...warnings];
}

function refusalSteps({ refusal }: Verdict): Step[] {
  if (!refusal) return [];
  const { reason, message } = refusal;
  return [
    problem(`the operator would refuse the resource now: ${reason}: ${message}`, REASONS[reason].remedy),
  ];
}
