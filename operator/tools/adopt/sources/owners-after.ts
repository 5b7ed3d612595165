import { SUBSCRIPTIONS_KEY } from '../../../argocd/names.ts';
import type { OwnerFacts } from './owner-facts.ts';
import { type ConfigurationOwner, ownersOf } from './owners.ts';
import { type CutEntry, fileOwner } from './removable-lines.ts';
import type { ConfigurationSource } from './source.ts';

/** What the switch removes. */
interface Removal {
  readonly cut: { readonly keys: readonly string[]; readonly subscriptions?: string };
  readonly idleSecretKeys: readonly string[];
  readonly recipients: readonly {
    readonly entry: { readonly index: number; readonly recipients: readonly string[] };
    readonly recipient: string;
    /** Absent for a recipient that stays. */
    readonly events?: readonly unknown[];
  }[];
}

/** Everything that would bring the removed parts back: the tools, and the files that the configuration was read from. */
export function ownersAfter(
  { cut, recipients, idleSecretKeys }: Removal,
  { facts, sources }: { readonly facts: OwnerFacts; readonly sources: readonly ConfigurationSource[] },
): ConfigurationOwner[] {
  const entries = cutEntries(recipients);
  const isListGone = entries.length > 0 && cut.subscriptions === undefined;
  const whole = isListGone ? [...cut.keys, SUBSCRIPTIONS_KEY] : cut.keys;
  const changed = entries.length > 0 ? [...cut.keys, SUBSCRIPTIONS_KEY] : cut.keys;
  return [
    ...ownersOf(facts, changed),
    ...sources.flatMap((source) => fileOwner(source, { keys: whole, entries, secretKeys: idleSecretKeys })),
  ];
}

function cutEntries(recipients: Removal['recipients']): CutEntry[] {
  const gone = new Map<number, { readonly all: readonly string[]; readonly cut: string[] }>();
  for (const { entry, recipient, events } of recipients) {
    if (!events) continue;
    const known = gone.get(entry.index) ?? { all: entry.recipients, cut: [] };
    known.cut.push(recipient);
    gone.set(entry.index, known);
  }
  return [...gone].map(([index, { all, cut }]) => ({
    index,
    recipients: cut,
    isWhole: all.every((each) => cut.includes(each)),
  }));
}
