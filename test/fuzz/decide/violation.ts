import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** What must hold for every snapshot, by what it is called. */
export const PROPERTIES = {
  throws: 'a decision never throws, nor does what tells of it',
  faults: 'no resource that its CRD takes meets a fault of the operator',
  neighbours: 'the good team gets what it would get alone',
  withdrawn: 'nothing of the good team that is live is withdrawn, and no renewal of its signature is missed',
  unsteady: 'the same snapshot, copied and in another order, gives the same decision',
  secrets: 'no credential is in a status, a finding, a question or the ConfigMap',
  unsettled: 'what has been written and told is not written and told again',
  time: 'a decision takes time that grows with the number of namespaces, and not with what one of them holds',
  memory: 'so does memory',
} as const;

/** That one of them does not hold, and how. */
export interface Violation {
  readonly property: keyof typeof PROPERTIES;
  readonly words: string;
}

/** The outcome of a snapshot, or why there is none. */
export function decided(snapshot: Snapshot): Outcome | Violation {
  try {
    return outcomeOf(snapshot);
  } catch (error) {
    return { property: 'throws', words: stackOf(error) };
  }
}

/** The first lines of what an error says. */
export function stackOf(error: unknown): string {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return words.split('\n').slice(0, 8).join('\n');
}
