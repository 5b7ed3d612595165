import type { Finding } from '../../api/finding.ts';
import { readKey } from '../../argocd/names.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import type { Accepted } from '../../engine/types.ts';
import { firstOf } from '../../lib/first-of.ts';
import { type LiveState, ourLiveKeys } from '../model/live.ts';

/** The number of names in a message; usually all have the same cause. */
const NAMED = 3;

/**
 * The operator's keys that are in the ConfigMap, but not in the configuration that Argo CD's engine makes from it.
 * @param parsed the engine's account of that configuration
 */
export function missingFindings(live: LiveState, parsed: Accepted['parsed']): Finding[] {
  const keys = ourLiveKeys(live).map(({ key }) => key);
  const known = new Map([
    ['service', new Set(parsed.services)],
    ['template', new Set(parsed.templates)],
    ['trigger', new Set(parsed.triggers)],
  ]);
  const lost = keys.filter((key) => {
    const { kind = '', name = '' } = readKey(key) ?? {};
    return known.get(kind)?.has(name) === false;
  });
  const sent = new Set(parsed.subscriptions.map(entryText));
  const unsent = live.entries.filter((entry) => !sent.has(entryText(entry)));
  return [
    ...finding('EngineRefused', 'finds these keys in the ConfigMap but does not load them', lost),
    ...finding(
      'EngineIgnoresSubscriptions',
      'does not read the entries of the key subscriptions for these triggers',
      unsent.flatMap(({ triggers }) => triggers),
    ),
  ];
}

const entryText = ({ recipients, triggers }: SubscriptionEntry): string =>
  JSON.stringify([recipients.toSorted(), triggers.toSorted()]);

function finding(reason: Finding['reason'], what: string, names: readonly string[]): Finding[] {
  if (names.length === 0) return [];
  return [{ reason, message: `Argo CD's engine ${what}: ${firstOf(names, NAMED)}.` }];
}
