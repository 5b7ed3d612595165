import { resourceKey } from '../api/names.ts';
import { createFaultReporter } from '../cluster/fault-reporter.ts';
import type { Gate } from '../cluster/gate.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import { type Decision, decide } from '../core/decide.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import type { Verdict } from '../core/model/verdict.ts';
import { EngineUnavailableError } from '../engine/types.ts';
import { own } from '../lib/own.ts';
import { type CrdCheck, crdChecks } from './crd-check.ts';
import { Duplicates } from './duplicates.ts';
import { type LintFinding, verdictFindings, violationFinding } from './finding.ts';
import { grantFindings } from './given-access.ts';
import type { LoadedResource } from './loaded-resource.ts';
import type { Manifest } from './manifests.ts';
import { type CommandClocks, loadResources, snapshotOf } from './snapshot.ts';
import { unknownKinds } from './unknown-kinds.ts';

/** What the operator makes of files. */
export interface JudgedFiles {
  /** Our custom resources, those that are refused among them. */
  readonly resources: readonly LoadedResource['resource'][];
  readonly findings: readonly LintFinding[];
  readonly decision: Decision;
  readonly config: OperatorConfiguration;
  /** Argo CD's `context`, if the files have it. */
  readonly context?: string | undefined;
}

/** The namespace of a manifest that names none, as kubectl has it. */
const DEFAULT_NAMESPACE = 'default';

/**
 * What the operator would do with these manifests on a cluster that has nothing else: first what the API server says by
 * the CRDs, then, for the resources that it would take, the operator's own decision with Argo CD's engine as the judge.
 * Findings are in the order of the files.
 * @throws EngineUnavailableError if the engine can't be asked
 * @throws Error if it refuses what we make of accepted resources
 */
export async function judge(
  manifests: readonly Manifest[],
  config: OperatorConfiguration,
  gate: Gate,
  clocks: CommandClocks,
): Promise<JudgedFiles> {
  const { all, valid, findings: violations } = await validate(manifests, DEFAULT_NAMESPACE);
  const snapshot = snapshotOf(valid, manifests, config, clocks);
  const decision = await decideFully(snapshot, gate);
  if (decision.writes.blocked)
    throw new Error(`the value of subscriptions cannot be written: ${decision.writes.blocked.message}`);
  const grants = grantFindings(manifests, config.target.namespace);
  const findings = [...violations, ...grants, ...findingsOf(valid, decision)];
  const resources = all.map(({ resource }) => resource);
  const context = snapshot.target.configMap?.data.context;
  return { resources, findings: inFileOrder(findings, manifests), decision, config, context };
}

/** Our custom resources in files, and what the API server would say of them by the CRDs. */
export interface Validated {
  readonly all: readonly LoadedResource[];
  /** Those that it would take. */
  readonly valid: readonly LoadedResource[];
  readonly findings: readonly LintFinding[];
}

/** @param defaultNamespace of a manifest that names none */
export async function validate(manifests: readonly Manifest[], defaultNamespace: string): Promise<Validated> {
  const checks = await crdChecks();
  const duplicates = new Duplicates();
  const checked = loadResources(manifests, defaultNamespace).map(({ manifest, resource: written }) => {
    const check = own(checks, written.kind) as CrdCheck;
    const each = { manifest, resource: check.stored(written) };
    return { each, violations: [...duplicates.violations(each), ...check.violations(each.resource)] };
  });
  const refused = checked.flatMap(({ each, violations }) =>
    violations.map((violation) => violationFinding(each, violation)),
  );
  return {
    all: checked.map(({ each }) => each),
    valid: checked.filter(({ violations }) => violations.length === 0).map(({ each }) => each),
    findings: [...unknownKinds(manifests), ...refused],
  };
}

/** What a decision says of resources in files. */
export function findingsOf(resources: readonly LoadedResource[], decision: Decision): LintFinding[] {
  const verdicts = verdictsOf(decision);
  return resources.flatMap((each) => {
    const verdict = verdicts.get(keyOf(each.resource));
    return verdict ? verdictFindings(each, verdict) : [];
  });
}

/**
 * Has the engine asked until nothing is left to ask. Exceptions that were kept to one resource each are logged.
 * @throws EngineUnavailableError if it can't be asked
 */
export async function decideFully(snapshot: Snapshot, gate: Gate): Promise<Decision> {
  for (;;) {
    const decision = decide({ ...snapshot, answers: gate.answers });
    if (decision.questions.size === 0) {
      createFaultReporter(gate.log)(decision.faults);
      return decision;
    }
    if ((await gate.answer(decision.questions)) !== 'answered')
      throw new EngineUnavailableError("Argo CD's engine could not check the resources");
  }
}

function verdictsOf({ resolution }: Decision): Map<string, Verdict> {
  const all = [...resolution.robots, ...resolution.templates, ...resolution.subscriptions];
  return new Map(all.map(({ cr, verdict }) => [keyOf(cr), verdict]));
}

const keyOf = (resource: LoadedResource['resource']): string => `${resource.kind}/${resourceKey(resource)}`;

function inFileOrder(findings: readonly LintFinding[], manifests: readonly Manifest[]): LintFinding[] {
  const files = [...new Set(manifests.map(({ file }) => file))];
  return findings.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
