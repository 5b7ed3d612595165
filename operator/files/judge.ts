/**
 * Judges custom resources in files, without a cluster: manifests.ts reads the files, and validate.ts applies the API
 * server's checks by the CRDs. snapshot.ts makes a cluster of them for the operator's own decision. The result is in
 * finding.ts.
 */

import { resourceKey } from '../api/names.ts';
import { CONTEXT_KEY } from '../argocd/names.ts';
import { decideFully } from '../cluster/decide-fully.ts';
import type { Gate } from '../cluster/gate.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { Decision } from '../core/decide.ts';
import type { Verdict } from '../core/model/verdict.ts';
import { type LintFinding, verdictFindings } from './finding.ts';
import { grantFindings } from './given-access.ts';
import type { LoadedResource } from './loaded-resource.ts';
import type { Manifest } from './manifests.ts';
import { type CommandClocks, snapshotOf } from './snapshot.ts';
import { validate } from './validate.ts';

/** The operator's judgement of files. */
export interface JudgedFiles {
  /** The operator's custom resources, including the refused ones. */
  readonly resources: readonly LoadedResource['resource'][];
  readonly findings: readonly LintFinding[];
  readonly decision: Decision;
  readonly config: OperatorConfiguration;
  /** Argo CD's `context`, if the files have it. */
  readonly context?: string | undefined;
}

/** The namespace of a manifest without one, as kubectl has it. */
const DEFAULT_NAMESPACE = 'default';

/**
 * The operator's judgement of these manifests, as if they were applied to an empty cluster. First come the API
 * server's checks by the CRDs. For the resources that it would accept, the operator's own decision follows, with Argo
 * CD's engine as the judge. Findings are in the order of the files.
 * @throws EngineUnavailableError if the engine cannot be asked
 * @throws Error if the engine refuses the keys of accepted resources
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
  const context = snapshot.target.configMap?.data[CONTEXT_KEY];
  return { resources, findings: inFileOrder(findings, manifests), decision, config, context };
}

/** The statements of a decision about resources in files. */
export function findingsOf(resources: readonly LoadedResource[], decision: Decision): LintFinding[] {
  const verdicts = verdictsOf(decision);
  return resources.flatMap((each) => {
    const verdict = verdicts.get(keyOf(each.resource));
    return verdict ? verdictFindings(each, verdict) : [];
  });
}

function verdictsOf({ resolution }: Decision): Map<string, Verdict> {
  const all = [
    ...resolution.robots,
    ...resolution.templates,
    ...resolution.subscriptions,
    ...resolution.gitee,
  ];
  return new Map(all.map(({ cr, verdict }) => [keyOf(cr), verdict]));
}

const keyOf = (resource: LoadedResource['resource']): string => `${resource.kind}/${resourceKey(resource)}`;

function inFileOrder(findings: readonly LintFinding[], manifests: readonly Manifest[]): LintFinding[] {
  const files = new Map([...new Set(manifests.map(({ file }) => file))].map((file, index) => [file, index]));
  const order = ({ file }: LintFinding): number => files.get(file) ?? -1;
  return findings.toSorted((a, b) => order(a) - order(b) || a.line - b.line || a.column - b.column);
}
