import type { CustomKind } from '../../../operator/api/kinds.ts';
import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import { crdChecks } from '../../../operator/files/crd-check.ts';
import { asText, type Outcome } from './outcome.ts';
import type { AnyResource } from './resources.ts';
import { decided, stackOf, type Violation } from './violation.ts';

const checks = await crdChecks();

/** A resource of an older CRD may well be more than the operator expects; that is what faults are kept to one resource for. */
export function faults(
  { faults: found }: Outcome,
  { robots, templates, subscriptions }: Snapshot,
): Violation | undefined {
  const resources = [...robots, ...templates, ...subscriptions];
  for (const { kind, namespace, name, error } of found) {
    const resource = resources.find(
      ({ kind: other, metadata }) =>
        other === kind && metadata.namespace === namespace && metadata.name === name,
    );
    if (resource && isValid(resource))
      return { property: 'faults', words: `${kind} ${namespace}/${name}: ${stackOf(error)}` };
  }
  return undefined;
}

function isValid({ status: _, ...resource }: AnyResource): boolean {
  // The API server lets no lone surrogate in.
  const isWellFormed = !/(?<!\\)(\\\\)*\\ud[89a-f]/.test(JSON.stringify(resource));
  return isWellFormed && checks[resource.kind as CustomKind].violations(resource).length === 0;
}

/** Tokens and signing secrets stay where they belong. */
export function secrets({ decision, updates }: Outcome, { credentials }: Snapshot): Violation | undefined {
  const { plan, writes, resolution, foreign, ignored, questions } = decision;
  const steps = writes.steps.filter((step) => !(step.kind === 'apply' && step.object === 'Secret'));
  const verdicts = [
    ...resolution.robots,
    ...resolution.templates,
    ...resolution.subscriptions,
    ...resolution.gitee,
  ].map(({ verdict }) => verdict);
  const open = asText([
    plan.configMap,
    plan.entries,
    plan.projects,
    steps,
    verdicts,
    foreign,
    ignored,
    questions,
    updates,
  ]);
  for (const [name, secret] of credentials) {
    const values = secret.state === 'found' ? Object.values(secret.data) : [];
    const found = values
      .flatMap((value) => value.match(/[0-9a-f]{32,}/g) ?? [])
      .find((each) => open.includes(each));
    if (found === undefined) continue;
    const at = open.indexOf(found);
    return {
      property: 'secrets',
      words: `a value of Secret ${name} shows: …${open.slice(Math.max(0, at - 200), at + 80)}…`,
    };
  }
  return undefined;
}

const partsOf = ({ decision, updates }: Outcome): [string, unknown][] => [
  ['plan', decision.plan],
  ['writes', decision.writes],
  ['verdicts', decision.resolution],
  ['statuses', updates],
  ['questions', [...decision.questions.keys()].sort()],
];

/** Neither copies nor the order of resources matter, nor what was decided before. */
export function unsteady(outcome: Outcome, snapshot: Snapshot): Violation | undefined {
  const copy: Snapshot = {
    ...snapshot,
    robots: structuredClone(snapshot.robots).toReversed(),
    templates: structuredClone(snapshot.templates).toReversed(),
    subscriptions: structuredClone(snapshot.subscriptions).toReversed(),
    credentials: new Map([...structuredClone(snapshot.credentials)].reverse()),
    target: structuredClone(snapshot.target),
  };
  const again = decided(copy);
  if ('property' in again) return again;
  const others = new Map(partsOf(again));
  for (const [part, value] of partsOf(outcome)) {
    const [one, other] = [asText(value), asText(others.get(part))];
    if (one === other) continue;
    const at = [...one].findIndex((character, index) => character !== other[index]);
    const around = (text: string) => text.slice(Math.max(0, at - 200), at + 200);
    return { property: 'unsteady', words: `${part} differ:\n  …${around(one)}…\n  …${around(other)}…` };
  }
  return undefined;
}
