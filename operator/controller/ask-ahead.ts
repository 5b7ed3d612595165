import type { CustomResource } from '../api/kinds.ts';
import { askUntilAnswered } from '../cluster/ask-until-answered.ts';
import { questionsAbout } from '../core/decide.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import { answerWithin, type Patience } from './decide-within.ts';
import type { ReconcilerParts } from './reconciler-parts.ts';

/** Questions are asked ahead of the decision if they are about this share of all resources, at most. */
const MAX_SHARE = 0.1;

type Resources = Pick<Snapshot, 'robots' | 'templates' | 'subscriptions'>;

const listsOf = ({ robots, templates, subscriptions }: Resources): readonly (readonly CustomResource[])[] => [
  robots,
  templates,
  subscriptions,
];

/**
 * The namespaces with resources that are new or have changed.
 * @param before the resources of an earlier moment; resources that have not changed are the same objects
 */
export function changedNamespaces(before: Resources, now: Resources): ReadonlySet<string> {
  const earlier = listsOf(before);
  return new Set(
    listsOf(now).flatMap((list, kind) =>
      changed(earlier[kind] ?? [], list).map((each) => each.metadata.namespace),
    ),
  );
}

function changed(
  before: readonly CustomResource[],
  now: readonly CustomResource[],
): readonly CustomResource[] {
  if (before === now) return [];
  // An edit leaves the others where they are.
  const moved = now.filter((each, index) => each !== before[index]);
  if (moved.length === 0) return [];
  const known = new Set(before);
  return moved.filter((each) => !known.has(each));
}

/**
 * Has the engine asked what an edit raises, ahead of the decision about everything. Without it, the edit takes one such
 * decision to find the question, and another one with the answer. The decision asks all that is missing here.
 * @param patience is used up by waiting
 */
export async function askAhead(
  namespaces: ReadonlySet<string>,
  look: () => Snapshot,
  patience: Patience,
  parts: Pick<ReconcilerParts, 'gate' | 'clock' | 'runAgain'>,
): Promise<void> {
  // Questions that wait already have their turns, which a new list of questions would end.
  if (namespaces.size === 0 || !parts.gate.isIdle || !isFew(namespaces, look())) return;
  await askUntilAnswered(
    () => ({ result: undefined, open: questionsAbout(namespaces, look()) }),
    (questions) => answerWithin(questions, patience, parts),
  );
}

function isFew(namespaces: ReadonlySet<string>, snapshot: Snapshot): boolean {
  const lists = listsOf(snapshot);
  const count = lists.reduce((sum, list) => sum + list.length, 0);
  const concerned = lists.flatMap((list) =>
    list.filter(({ metadata }) => namespaces.has(metadata.namespace)),
  );
  return concerned.length <= MAX_SHARE * count;
}
