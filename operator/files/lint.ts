import { API_VERSION, GROUP, KINDS } from '../api/kinds.ts';
import type { OperatorConfiguration } from '../config.ts';
import type { Gate } from '../controller/gate.ts';
import { type Decision, decide } from '../core/decide.ts';
import { resourceKey } from '../core/names.ts';
import type { Reason } from '../core/reasons.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Manifest } from './manifests.ts';
import { schemaValidators, schemaViolations } from './schema.ts';
import { type LoadedResource, loadResources, snapshotOf } from './snapshot.ts';

/** One thing that a person should know of a custom resource. */
export interface LintFinding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Whether the operator would take the resource all the same. */
  readonly accepted: boolean;
  readonly reason: Reason | 'SchemaViolation' | 'UnknownKind';
  readonly message: string;
}

/**
 * What the operator would say of these manifests on a cluster that has nothing else: first their schema, then, for
 * those that the API server would take, the operator's own verdicts with Argo CD's engine as the judge.
 */
export async function lint(
  manifests: readonly Manifest[],
  config: OperatorConfiguration,
  gate: Gate,
  now: Date,
): Promise<LintFinding[]> {
  const loaded = loadResources(manifests, 'default');
  const validators = await schemaValidators();
  const judged = loaded.map((each) => ({ each, violations: schemaViolations(each.resource, validators) }));
  const invalid = judged.flatMap(({ each, violations }) =>
    violations.map(({ field, message }) => findingAt(each, false, 'SchemaViolation', `${field}: ${message}`)),
  );
  const valid = judged.filter(({ violations }) => violations.length === 0).map(({ each }) => each);
  const decision = await decideFully(valid, manifests, config, gate, now);
  const verdicts = verdictsOf(decision);
  return [
    ...strangers(manifests),
    ...invalid,
    ...valid.flatMap((each) => verdictFindings(each, verdicts.get(keyOf(each)))),
  ];
}

/** Documents of our API group that are none of our kinds: a misspelt one would otherwise pass in silence. */
function strangers(manifests: readonly Manifest[]): LintFinding[] {
  return manifests.flatMap((manifest) => {
    const { apiVersion = '', kind = '', metadata } = manifest.value as Partial<LoadedResource['resource']>;
    const known = Object.values(KINDS).map((each) => each.kind as string);
    if (!apiVersion.startsWith(`${GROUP}/`) || (apiVersion === API_VERSION && known.includes(kind)))
      return [];
    const { namespace = '', name = '' } = metadata ?? {};
    const message = `there is no ${apiVersion} ${kind}; ${API_VERSION} has ${known.join(', ')}.`;
    const place = manifest.place(apiVersion === API_VERSION ? 'kind' : 'apiVersion');
    return [
      {
        file: manifest.file,
        ...place,
        kind,
        namespace,
        name,
        accepted: false,
        reason: 'UnknownKind',
        message,
      },
    ];
  });
}

async function decideFully(
  loaded: readonly LoadedResource[],
  manifests: readonly Manifest[],
  config: OperatorConfiguration,
  gate: Gate,
  now: Date,
): Promise<Decision> {
  const snapshot = { ...snapshotOf(loaded, manifests, config, now), answers: gate.answers };
  for (;;) {
    const decision = decide(snapshot);
    if (decision.questions.size === 0) return decision;
    const round = await gate.answer(decision.questions);
    if (round === 'failed') throw new Error("Argo CD's engine could not be asked");
  }
}

function verdictsOf({ resolution }: Decision): Map<string, Verdict> {
  const all = [...resolution.robots, ...resolution.templates, ...resolution.subscriptions];
  return new Map(all.map(({ cr, verdict }) => [`${cr.kind}/${resourceKey(cr)}`, verdict]));
}

const keyOf = ({ resource }: LoadedResource): string => `${resource.kind}/${resourceKey(resource)}`;

function verdictFindings(each: LoadedResource, verdict: Verdict | undefined): LintFinding[] {
  if (!verdict) return [];
  const { refusal, warnings } = verdict;
  return [
    ...(refusal ? [findingAt(each, false, refusal.reason, refusal.message)] : []),
    ...warnings.map(({ reason, message }) => findingAt(each, true, reason, message)),
  ];
}

function findingAt(
  { manifest, resource }: LoadedResource,
  accepted: boolean,
  reason: LintFinding['reason'],
  message: string,
): LintFinding {
  const { namespace, name } = resource.metadata;
  const field = /\b(spec|metadata)(\.\w+|\[\d+\])*/.exec(message)?.[0] ?? '';
  return {
    file: manifest.file,
    ...manifest.place(field),
    kind: resource.kind,
    namespace,
    name,
    accepted,
    reason,
    message,
  };
}
