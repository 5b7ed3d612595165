import type { Finding } from '../../api/finding.ts';
import { LEGACY_KEY, SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { formatEntries } from '../../argocd/subscriptions-block/lines.ts';
import { foreignText } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import type { EngineProblem } from '../../engine/types.ts';
import type { Inquiry } from '../model/inquiry.ts';
import { foreignKeys } from '../model/live.ts';
import type { Target } from '../model/snapshot.ts';

/**
 * What others have put into the ConfigMap that Argo CD's engine refuses. It then sends nothing for anybody, and says so
 * in a pod's log only; so whoever looks after the ConfigMap has to hear of it, and of the key that it is.
 */
export function foreignFindings(
  { configMap }: Target,
  target: { readonly namespace: string; readonly configMap: string },
  inquiry: Inquiry,
): Finding[] {
  if (!configMap) return [];
  const foreign = foreignKeys(configMap);
  const text = configMap.data[SUBSCRIPTIONS_KEY];
  const shared = foreignText(text);
  if (shared !== undefined) foreign[SUBSCRIPTIONS_KEY] = shared;
  // A legacy one needs the key, which can be there because of us alone: then it counts as an empty list.
  else if (text !== undefined && foreign[LEGACY_KEY] !== undefined)
    foreign[SUBSCRIPTIONS_KEY] = formatEntries([]);
  if (Object.keys(foreign).length === 0) return [];
  const answer = inquiry.ask({ call: 'check', configMap: foreign, secret: {} });
  if (!answer || answer.ok) return [];
  const errors: readonly EngineProblem[] = answer.killed ? [{ message: answer.message }] : answer.errors;
  return errors.map(({ key = '(none in particular)', message }) => ({
    reason: 'ForeignKeyBroken',
    message:
      `ConfigMap ${target.namespace}/${target.configMap}, key ${key}: Argo CD sends no notifications for anybody, because ` +
      `its engine refuses this key: ${message}`,
  }));
}
