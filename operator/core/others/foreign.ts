import type { Finding } from '../../api/finding.ts';
import { LEGACY_KEY, SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { engineRemedy } from '../../argocd/remedies/engine-remedy.ts';
import { formatEntries } from '../../argocd/subscriptions-block/lines.ts';
import { foreignText } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import type { EngineProblem } from '../../engine/types.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { own } from '../../lib/own.ts';
import { lineInField } from '../gate/verdicts.ts';
import type { Inquiry } from '../model/inquiry.ts';
import { foreignKeys } from '../model/live.ts';
import type { LiveObject, Target } from '../model/snapshot.ts';

/** The same object for the same foreign content, so the question is hashed once. */
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

/** A foreign key that Argo CD's engine refuses, or a refusal that no key causes alone. */
export interface ForeignProblem extends Pick<EngineProblem, 'line' | 'column'> {
  readonly key?: string;
  /** The part of the key's value, as a path into its YAML: `[0].when`, `webhook.ding.body`. */
  readonly field?: string;
  /** The engine's own words, on one line. */
  readonly words: string;
  /** Absent for a mistake that is not known. */
  readonly remedy?: string;
}

/** The foreign keys of the ConfigMap that Argo CD's engine refuses, each with the remedy as far as it is known. */
export function foreignProblems({ configMap }: Target, inquiry: Inquiry): ForeignProblem[] {
  if (!configMap) return [];
  const foreign = candidates.get(foreignKeys(configMap), [configMap.data[SUBSCRIPTIONS_KEY]], () =>
    foreignCandidate(configMap),
  );
  if (Object.keys(foreign).length === 0) return [];
  const answer = inquiry.ask({ call: 'check', configMap: foreign, secret: {} });
  if (!answer || answer.ok) return [];
  if (answer.killed) return [{ words: answer.message }];
  return answer.errors.map(({ key, condition, field, message, line, column }) => {
    const remedy = key === undefined ? undefined : engineRemedy(key, message, own(foreign, key) ?? '', field);
    return {
      ...(key !== undefined && { key }),
      ...(field !== undefined && { field: condition === undefined ? field : `[${condition}].${field}` }),
      words: wordsOf(message),
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      ...(remedy !== undefined && { remedy }),
    };
  });
}

/** Without the engine's own name for a template, and without the picture below the words, which shows the place once more. */
const wordsOf = (message: string): string =>
  (message.split('\n', 1)[0] ?? '').replace(/^template: [^\s:]+:\d+(:\d+)?: /, '');

/**
 * Foreign content of the ConfigMap that Argo CD's engine refuses. Argo CD then sends nothing for anybody, and only the log of
 * a pod says so. So the people who maintain the ConfigMap have to get a message that names the key.
 */
export function foreignFindings(
  target: Target,
  { namespace, configMap }: { readonly namespace: string; readonly configMap: string },
  inquiry: Inquiry,
): Finding[] {
  return foreignProblems(target, inquiry).map(
    ({ key = '(none in particular)', field, words, remedy, ...at }) => {
      const place = field === undefined ? key : `${key}, ${field}`;
      return {
        reason: 'ForeignKeyBroken',
        message:
          `ConfigMap ${namespace}/${configMap}, key ${place}${lineInField(at)}: Argo CD sends no notifications for anybody, because ` +
          `its engine refuses this key: ${words}${remedy === undefined ? '' : `. ${remedy}`}`,
      };
    },
  );
}
