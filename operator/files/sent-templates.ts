import type { Plan } from '../core/merge/plan.ts';
import { triggerKey } from '../core/names.ts';
import { own } from '../text/own.ts';

/** The templates that a trigger of ours sends, in the order in which Argo CD executes them. */
export function sentTemplates({ configMap }: Plan, trigger: string): readonly string[] {
  const [first] = JSON.parse(own(configMap, triggerKey(trigger)) as string) as [
    { readonly send: readonly string[] },
  ];
  return first.send;
}
