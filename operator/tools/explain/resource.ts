import type { Condition, Metadata } from '../../api/kinds.ts';
import type { Reason } from '../../api/reasons.ts';
import { REASONS } from '../../api/reasons.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { own } from '../../lib/own.ts';
import { type OperatorPresence, whoMends } from './cluster-view.ts';
import { ok, problem, type Step, unknown, warning } from './step.ts';

/** A custom resource of any kind. */
interface CustomResource {
  readonly metadata: Metadata;
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

/**
 * What the operator has said of a resource, or, where it has not seen this generation, what it would say.
 * @param verdict by what can be seen now; undefined if the operator leaves the resource alone
 */
export function resourceSteps(
  cr: CustomResource,
  verdict: Verdict | undefined,
  presence: OperatorPresence,
): Step[] {
  const { generation, deletionTimestamp } = cr.metadata;
  if (deletionTimestamp !== undefined)
    return [problem(`it is being deleted since ${deletionTimestamp}, and counts as gone`)];
  if (!verdict)
    return [problem('the operator leaves it alone: it is out of the reach of this configuration')];
  const seen = cr.status?.observedGeneration;
  if (seen !== generation) {
    const known = seen === undefined ? 'has not seen it yet' : `has seen generation ${seen} of it only`;
    return [
      problem(`it exists, and is of generation ${generation}, but the operator ${known}`, whoMends(presence)),
      ...verdictSteps(verdict),
    ];
  }
  const conditions = cr.status?.conditions ?? [];
  const suspended = conditions.find(({ type, reason }) => type === 'Ready' && reason === 'Suspended');
  const reported = suspended
    ? [problem(`it is suspended: ${suspended.message}`, REASONS.Suspended.remedy)]
    : conditions.flatMap(conditionSteps);
  // A refusal that shows now and was not reported is news, or a matter of what the caller can see.
  const isReported = reported.some((step) => step.verdict === 'problem');
  return [
    ok(`it exists, and the operator has seen its generation ${generation}`),
    ...reported,
    ...(isReported ? [] : refusalSteps(verdict)),
  ];
}

/** Reasons of a condition that only say that another one does not hold. */
const CONSEQUENCES: ReadonlySet<string> = new Set<Reason>(['NotAccepted', 'NotSigned']);

/** `Ready` says again what the others say, so it counts only where it is the only one to say it. */
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

function verdictSteps(verdict: Verdict): Step[] {
  const warnings = verdict.warnings.map(({ reason, message }) =>
    warning(`${reason}: ${message}`, REASONS[reason].remedy),
  );
  return [...refusalSteps(verdict), ...warnings];
}

function refusalSteps({ refusal }: Verdict): Step[] {
  if (!refusal) return [];
  const { reason, message } = refusal;
  return [problem(`it would be refused now: ${reason}: ${message}`, REASONS[reason].remedy)];
}
