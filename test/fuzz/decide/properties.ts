import type { Snapshot } from '../../../operator/core/snapshot.ts';
import { SIGNATURE_VALIDITY_MS } from '../../../operator/dingtalk/sign.ts';
import { type CustomKind, crdChecks } from '../../../operator/files/crd-check.ts';
import { alone, GOOD_SERVICE, goodPart, isGoodEntry } from './alone.ts';
import { GOOD, GOOD_NAME } from './good-team.ts';
import { asText, goodOutcome, goodUrl, goodVerdicts, type Outcome, outcomeOf } from './outcome.ts';
import type { AnyResource } from './resources.ts';

/** What must hold for every snapshot, by what it is called. */
export const PROPERTIES = {
  throws: 'a decision never throws, nor does what tells of it',
  faults: 'no resource that its CRD takes meets a fault of the operator',
  neighbours: 'the good team gets what it would get alone',
  withdrawn: 'nothing of the good team that is live is withdrawn, and no renewal of its signature is missed',
  unsteady: 'the same snapshot, copied and in another order, gives the same decision',
  secrets: 'no credential is in a status, a finding, a question or the ConfigMap',
  unsettled: 'what has been written and told is not written and told again',
  time: 'a decision takes time that grows with the number of namespaces, and not with what one of them holds',
  memory: 'so does memory',
} as const;

/** That one of them does not hold, and how. */
export interface Violation {
  readonly property: keyof typeof PROPERTIES;
  readonly words: string;
}

const checks = await crdChecks();

/** The outcome of a snapshot, or why there is none. */
export function decided(snapshot: Snapshot): Outcome | Violation {
  try {
    return outcomeOf(snapshot);
  } catch (error) {
    return { property: 'throws', words: stackOf(error) };
  }
}

/**
 * What does not hold for a snapshot, but for time and memory; undefined if all does.
 * @param isThorough false: does not decide on a copy, which takes as long as all the rest
 */
export function violationOf(
  snapshot: Snapshot,
  outcome = decided(snapshot),
  isThorough = true,
): Violation | undefined {
  if ('property' in outcome) return outcome;
  return (
    faults(outcome, snapshot) ??
    withdrawn(outcome, snapshot) ??
    neighbours(outcome, snapshot) ??
    secrets(outcome, snapshot) ??
    (isThorough ? unsteady(outcome, snapshot) : undefined)
  );
}

function stackOf(error: unknown): string {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return words.split('\n').slice(0, 8).join('\n');
}

/** A resource of an older CRD may well be more than the operator expects; that is what faults are kept to one resource for. */
function faults(
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

function withdrawn(outcome: Outcome, snapshot: Snapshot): Violation | undefined {
  const { plan, live } = outcome.decision;
  const key = `${GOOD}/${GOOD_NAME}`;
  const missing = (what: string): Violation => ({
    property: 'withdrawn',
    words: `${what} is not in the plan any more; ${asText(goodVerdicts(outcome))}`,
  });
  if (!snapshot.target.configMap || !snapshot.target.secret) return undefined;
  if (live.services.has(key) && plan.robots.get(key)?.service !== GOOD_SERVICE) return missing('its robot');
  const signed = goodUrl(outcome, snapshot);
  if (live.services.has(key) && !signed) return missing('a URL with a valid signature');
  const left = signed?.until && signed.until.getTime() - snapshot.now.getTime();
  if (left !== undefined && left <= SIGNATURE_VALIDITY_MS - snapshot.config.signing.renewAfter)
    return { property: 'withdrawn', words: `its signature is due, with ${left} ms left, and is not renewed` };
  if (!live.events.has(key)) return undefined;
  if (!plan.subscriptions.has(key)) return missing('its subscription');
  const isSent =
    plan.entries.some(isGoodEntry) || [...plan.projects.values()].some((text) => text.includes(GOOD_SERVICE));
  if (!isSent) return missing('its entry');
  const triggers = (data: Readonly<Record<string, string>>) =>
    Object.keys(goodPart(data)).filter((name) => name.startsWith('trigger.')).length;
  return triggers(plan.configMap) < triggers(snapshot.target.configMap.data)
    ? missing('one of its triggers')
    : undefined;
}

function neighbours(outcome: Outcome, snapshot: Snapshot): Violation | undefined {
  const single = alone(snapshot);
  const own = decided(single);
  if ('property' in own) return own;
  const together = new Map(Object.entries(goodOutcome(outcome, snapshot)));
  for (const [part, value] of Object.entries(goodOutcome(own, single))) {
    const other: unknown = together.get(part);
    if (asText(other) === asText(value)) continue;
    return {
      property: 'neighbours',
      words: `${part} with the others:\n  ${asText(other)}\nand alone:\n  ${asText(value)}`,
    };
  }
  return undefined;
}

function secrets({ decision, updates }: Outcome, { credentials }: Snapshot): Violation | undefined {
  const { plan, writes, resolution, foreign, ignored, questions } = decision;
  const steps = writes.steps.filter((step) => !(step.kind === 'apply' && step.object === 'Secret'));
  const verdicts = [...resolution.robots, ...resolution.templates, ...resolution.subscriptions].map(
    ({ verdict }) => verdict,
  );
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

function unsteady(outcome: Outcome, snapshot: Snapshot): Violation | undefined {
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
