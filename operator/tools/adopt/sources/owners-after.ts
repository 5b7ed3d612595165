import { SUBSCRIPTIONS_KEY } from '../../../argocd/names.ts';
import type { OwnerFacts } from './owner-facts.ts';
import { type ConfigurationOwner, ownersOf } from './owners.ts';
import { type CutEntry, fileOwner } from './removable-lines.ts';
import type { ConfigurationSource } from './source.ts';

/** One trigger that is sent to one recipient, by an entry of `subscriptions` or by an annotation. */
interface Delivery {
  readonly source:
    | {
        readonly kind: 'entry';
        readonly entry: { readonly index: number; readonly recipients: readonly string[] };
        readonly recipient: string;
      }
    | { readonly kind: 'annotation' };
  readonly trigger: string;
  /** Absent for a delivery that stays. */
  readonly events?: readonly unknown[];
}

/** What the switch removes. */
interface Removal {
  readonly cut: { readonly keys: readonly string[]; readonly subscriptions?: string };
  readonly idleSecretKeys: readonly string[];
  readonly deliveries: readonly Delivery[];
}

/** Everything that would bring the removed parts back: the tools, and the files that the configuration was read from. */
export function ownersAfter(
  { cut, deliveries, idleSecretKeys }: Removal,
  { facts, sources }: { readonly facts: OwnerFacts; readonly sources: readonly ConfigurationSource[] },
): ConfigurationOwner[] {
  const entries = cutEntries(deliveries);
  const isListGone = entries.length > 0 && cut.subscriptions === undefined;
  const whole = isListGone ? [...cut.keys, SUBSCRIPTIONS_KEY] : cut.keys;
  const changed = entries.length > 0 ? [...cut.keys, SUBSCRIPTIONS_KEY] : cut.keys;
  return [
    ...ownersOf(facts, changed),
    ...sources.flatMap((source) => fileOwner(source, { keys: whole, entries, secretKeys: idleSecretKeys })),
  ];
}

/** The triggers of a recipient. Those that nothing is sent for go with the others, but a recipient with no others stays. */
interface Recipient {
  isReplaced: boolean;
  readonly taken: string[];
  readonly staying: string[];
}

function cutEntries(deliveries: readonly Delivery[]): CutEntry[] {
  const entries = new Map<
    number,
    { readonly all: readonly string[]; readonly recipients: Map<string, Recipient> }
  >();
  for (const { source, trigger, events } of deliveries) {
    if (source.kind !== 'entry') continue;
    const { entry, recipient } = source;
    const known = entries.get(entry.index) ?? { all: entry.recipients, recipients: new Map() };
    const own = known.recipients.get(recipient) ?? { isReplaced: false, taken: [], staying: [] };
    own.isReplaced ||= (events?.length ?? 0) > 0;
    own[events === undefined ? 'staying' : 'taken'].push(trigger);
    known.recipients.set(recipient, own);
    entries.set(entry.index, known);
  }
  return [...entries].flatMap(([index, { all, recipients }]): CutEntry[] => {
    const cut = [...recipients].filter(([, { isReplaced }]) => isReplaced);
    if (cut.length === 0) return [];
    const isWhole = all.every((each) =>
      cut.some(([name, { staying }]) => name === each && staying.length === 0),
    );
    const names = cut.map(([name, { taken, staying }]) =>
      staying.length === 0 ? name : `${name} (of its triggers: ${taken.join(', ')})`,
    );
    return [{ index, recipients: names, isWhole }];
  });
}
