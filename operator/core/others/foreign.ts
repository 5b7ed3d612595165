import type { Finding } from '../../api/finding.ts';
import { LEGACY_KEY, SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { formatEntries } from '../../argocd/subscriptions-block/lines.ts';
import { foreignText } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import type { EngineProblem } from '../../engine/types.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { Inquiry } from '../model/inquiry.ts';
import { foreignKeys } from '../model/live.ts';
import type { LiveObject, Target } from '../model/snapshot.ts';

/** The same object for the same ConfigMap, so the question is hashed once. */
const candidates = new ObjectMemo<LiveObject['data'], Readonly<Record<string, string>>>();

function foreignCandidate(configMap: LiveObject): Readonly<Record<string, string>> {
  const keys = foreignKeys(configMap);
  const text = configMap.data[SUBSCRIPTIONS_KEY];
  const shared = foreignText(text);
  if (shared !== undefined) return { ...keys, [SUBSCRIPTIONS_KEY]: shared };
  // A legacy `config.yaml` needs the key `subscriptions`. If only the operator's entries are in that key, it counts as an
  // empty list.
  const isLegacy = text !== undefined && keys[LEGACY_KEY] !== undefined;
  return isLegacy ? { ...keys, [SUBSCRIPTIONS_KEY]: formatEntries([]) } : keys;
}

/**
 * Foreign content of the ConfigMap that Argo CD's engine refuses. Argo CD then sends nothing for anybody, and only the log of
 * a pod says so. So the people who maintain the ConfigMap have to get a message that names the key.
 */
export function foreignFindings(
  { configMap }: Target,
  target: { readonly namespace: string; readonly configMap: string },
  inquiry: Inquiry,
): Finding[] {
  if (!configMap) return [];
  const foreign = candidates.get(configMap.data, [], () => foreignCandidate(configMap));
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
