import { triggerKey } from '../argocd/names.ts';
import type { Plan } from '../core/plan/placements.ts';
import { own } from '../lib/own.ts';

/** The templates that a trigger of ours sends, in the order in which Argo CD executes them. */
export function sentTemplates({ configMap }: Plan, trigger: string): readonly string[] {
  const [first] = JSON.parse(own(configMap, triggerKey(trigger)) as string) as [
    { readonly send: readonly string[] },
  ];
  return first.send;
}
