import { triggerKey } from '../argocd/names.ts';
import { readTrigger } from '../argocd/trigger-value.ts';
import type { Plan } from '../core/plan/placements.ts';
import { own } from '../lib/own.ts';

/**
 * The templates that a trigger of the plan, or of one of its routes, sends, in the order in which Argo CD executes them. A trigger that a hand
 * edit made unreadable sends none.
 */
export function sentTemplates({ configMap }: Pick<Plan, 'configMap'>, trigger: string): readonly string[] {
  const conditions = readTrigger(own(configMap, triggerKey(trigger)) ?? '') ?? [];
  return [...new Set(conditions.flatMap(({ send }) => send))];
}
