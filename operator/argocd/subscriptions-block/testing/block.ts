import { parse } from 'yaml';
import { type SubscriptionEntry, spliceBlock } from '../subscriptions-block.ts';

// Shared by the tests of the block. The markers are written out here on purpose: they exist in users' clusters.

export const BEGIN =
  '# BEGIN argocd-dingtalk: generated, changes are overwritten; edit the DingTalk resources instead';
export const END = '# END argocd-dingtalk';
export const A: SubscriptionEntry = { recipients: ['dt_a'], triggers: ['dt_x', 'dt_y'] };
export const B: SubscriptionEntry = { recipients: ['dt_b'], triggers: ['dt_z'], selector: 'team=b' };
export const LINE_A = '{"recipients":["dt_a"],"triggers":["dt_x","dt_y"],"managedBy":"argocd-dingtalk"}';
export const LINE_B =
  '{"recipients":["dt_b"],"triggers":["dt_z"],"selector":"team=b","managedBy":"argocd-dingtalk"}';
export const SLACK = '- recipients: [slack:ops]\n  triggers: [on-deployed]\n';

/** The list as a YAML 1.1 parser reads it; of equal keys the last wins. */
export function parsed(text: string | undefined): unknown[] {
  const list: unknown =
    text === undefined ? [] : parse(text.replace(/^\ufeff/, ''), { version: '1.1', uniqueKeys: false });
  return (list ?? []) as unknown[];
}

/** The new value; an error if there is none. */
export function spliced(text: string | undefined, entries: readonly SubscriptionEntry[]): string | undefined {
  const result = spliceBlock(text, entries);
  if (!result.ok) throw new Error(`${result.message}: ${JSON.stringify(text)}`);
  return result.text;
}

/** Whether a parsed entry is ours. */
export function isOurs(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'managedBy' in value &&
    value.managedBy === 'argocd-dingtalk'
  );
}
