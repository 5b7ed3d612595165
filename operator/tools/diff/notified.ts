import { templateKey, triggerKey } from '../../argocd/names.ts';
import type { Decision } from '../../core/decide.ts';
import type { Engine } from '../../engine/types.ts';
import { evaluateTriggers } from '../../files/evaluation.ts';
import type { SampleFile } from '../../files/sample-application.ts';
import { sentTemplates } from '../../files/sent-templates.ts';
import { own } from '../../lib/own.ts';
import type { ChangedTrigger } from './difference.ts';

/** Applications about which Argo CD would notify at once. */
export interface Notified extends ChangedTrigger {
  /** `namespace/name`, sorted. */
  readonly applications: readonly string[];
}

/**
 * The Applications for which a changed trigger's condition is true now. If the event has a time, the new condition itself excludes
 * occurrences before the change.
 * @throws Error if the engine refuses a configuration that it has accepted before
 */
export async function notifiedAtOnce(
  triggers: readonly ChangedTrigger[],
  { plan }: Decision,
  applications: readonly SampleFile[],
  engine: Engine,
  now: Date,
): Promise<Notified[]> {
  const names = triggers.map(({ trigger }) => trigger);
  const keys = names.flatMap((name) => [triggerKey(name), ...sentTemplates(plan, name).map(templateKey)]);
  const configMap = Object.fromEntries(keys.map((key) => [key, own(plan.configMap, key) as string]));
  const found = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const app of names.length > 0 ? applications : []) {
    const evaluation = await evaluateTriggers(engine, { configMap, app }, names, now);
    if (!evaluation.ok)
      throw new Error(
        `Argo CD's engine could not evaluate the conditions for ${nameOf(app)}: ${evaluation.why}`,
      );
    for (const [name, conditions] of evaluation.conditions) {
      if (conditions.some(({ triggered }) => triggered)) found.get(name)?.push(nameOf(app));
    }
  }
  return triggers.flatMap((each) => {
    const hits = found.get(each.trigger) ?? [];
    return hits.length === 0 ? [] : [{ ...each, applications: hits.sort() }];
  });
}

function nameOf({ metadata }: SampleFile): string {
  const { namespace, name } = metadata as { readonly namespace: string; readonly name: string };
  return `${namespace}/${name}`;
}
