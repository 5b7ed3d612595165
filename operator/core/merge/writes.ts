import type { Inquiry } from '../gate/inquiry.ts';
import { checkFinding } from '../gate/verdicts.ts';
import type { LiveState } from '../live.ts';
import { SUBSCRIPTIONS_KEY } from '../names.ts';
import type { Target } from '../snapshot.ts';
import { foreignText, readBlock, type Splice, spliceBlock } from '../subscriptions-block.ts';
import type { Plan } from './plan.ts';

/**
 * One request on a target object. `apply` gives the whole set of our keys, so what is not in it goes, unless somebody
 * co-owns it: then it is in `stale` and has to be removed by hand.
 */
export type Write =
  | {
      readonly kind: 'apply';
      readonly object: 'ConfigMap' | 'Secret';
      readonly data: Data;
      readonly stale: readonly string[];
    }
  | { readonly kind: 'subscriptions'; readonly text: string | undefined }
  | ProjectWrite;

/** Sets our annotation on an AppProject, or removes it. */
export interface ProjectWrite {
  readonly kind: 'project';
  readonly name: string;
  /** The version that it was decided on. */
  readonly resourceVersion: string;
  readonly annotation: string | undefined;
}

type Data = Readonly<Record<string, string>>;

/** What stands between the plan and the target. */
export interface Writes {
  /** In the order in which they have to happen; empty where all is as it should be. */
  readonly steps: readonly Write[];
  /** Why the shared key is left alone, if it is. */
  readonly broken?: string;
}

/**
 * The requests that turn what is live into the plan. A service must find its URL: the Secret gets what is new before
 * the ConfigMap names it, and loses what is old after. Nothing is written to an object that does not exist.
 */
export function writesFor(plan: Plan, target: Target, live: LiveState, inquiry: Inquiry): Writes {
  if (!target.configMap || !target.secret) return { steps: [] };
  const ourKeys = [...live.services.values(), ...[...live.events.values()].flat()].map(({ key }) => key);
  const configMap = difference(plan.configMap, target.configMap.data, ourKeys);
  const secret = difference(plan.secret, target.secret.data, [...live.secretKeys]);
  const before = target.configMap.data[SUBSCRIPTIONS_KEY];
  const spliced = acceptedSplice(before, spliceBlock(before, plan.entries), inquiry);
  const kept = Object.fromEntries(secret.stale.map((key) => [key, target.secret?.data[key] as string]));

  const steps: Write[] = [];
  if (secret.changed)
    steps.push({ kind: 'apply', object: 'Secret', data: { ...plan.secret, ...kept }, stale: [] });
  if (configMap.changed || configMap.stale.length > 0) {
    steps.push({ kind: 'apply', object: 'ConfigMap', data: plan.configMap, stale: configMap.stale });
  }
  if (spliced.ok && spliced.text !== before) steps.push({ kind: 'subscriptions', text: spliced.text });
  // What leaves an annotation for the shared key is there before.
  steps.push(...projectWrites(plan, target));
  if (secret.stale.length > 0) {
    steps.push({ kind: 'apply', object: 'Secret', data: plan.secret, stale: secret.stale });
  }
  return spliced.ok ? { steps } : { steps, broken: spliced.message };
}

function projectWrites(plan: Plan, { projects = new Map() }: Target): ProjectWrite[] {
  return [...projects].flatMap(([name, { resourceVersion, annotation }]) => {
    const wanted = plan.projects.get(name);
    return wanted === annotation
      ? []
      : [{ kind: 'project' as const, name, resourceVersion, annotation: wanted }];
  });
}

/**
 * The shared key once more, as the engine reads it. Where what others wrote in it is refused already, that is reported
 * elsewhere and ours is no worse; a text that only our entries would spoil is not written.
 */
function acceptedSplice(before: string | undefined, splice: Splice, inquiry: Inquiry): Splice {
  if (!splice.ok || splice.text === undefined || splice.text === before) return splice;
  const checkOf = (text: string) =>
    checkFinding(inquiry, { [SUBSCRIPTIONS_KEY]: text }, ({ key = SUBSCRIPTIONS_KEY }) => key);
  const finding = checkOf(splice.text);
  if (!finding) return splice;
  // To take entries away can't break what has worked, and must not wait for an engine that is out of order.
  if (finding.reason === 'GateUnavailable')
    return isRemoval(before, splice.text) ? splice : { ok: true, text: before };
  const foreign = foreignText(before);
  const foreignFinding = foreign === undefined ? undefined : checkOf(foreign);
  if (foreignFinding?.reason === 'GateUnavailable') return { ok: true, text: before };
  if (foreignFinding) return splice;
  return { ok: false, reason: 'TargetBroken', message: finding.message };
}

function isRemoval(before: string | undefined, after: string): boolean {
  const known = new Set(readBlock(before).entries.map((entry) => JSON.stringify(entry)));
  return readBlock(after).entries.every((entry) => known.has(JSON.stringify(entry)));
}

/** Whether any wanted key differs, and which of ours are wanted no more. */
function difference(
  wanted: Data,
  live: Data,
  ours: readonly string[],
): { changed: boolean; stale: string[] } {
  return {
    changed: Object.entries(wanted).some(([key, value]) => live[key] !== value),
    stale: ours.filter((key) => wanted[key] === undefined).sort(),
  };
}
