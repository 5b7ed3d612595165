import { ObjectMemo } from '../../lib/memo.ts';
import { awaitsEngine, type Verdict } from '../model/verdict.ts';
import { stateChanges, statusPatch } from './changes.ts';
import type { ObservedState } from './observed-state.ts';
import type { StatusUpdate, WantedStatus } from './status-update.ts';

/** A resource with the decision's verdict. */
export interface Judged<CR extends StatusUpdate['cr']> {
  readonly cr: CR;
  readonly verdict: Verdict;
}

/** Whether the status of a template, or of a resource without live keys, was complete the last time. */
const told = new ObjectMemo<StatusUpdate['cr'], boolean>();

/**
 * The status that one resource should have.
 * @param inputs all inputs of the status beside the resource, if they are worth remembering; see {@link inputsOfAbsent}
 */
export function wanted<CR extends StatusUpdate['cr']>(
  kind: StatusUpdate['kind'],
  resource: Judged<CR>,
  observed: ObservedState,
  inputs: readonly unknown[] | undefined,
  statusOf: (cr: CR) => NonNullable<StatusUpdate['cr']['status']>,
): WantedStatus {
  const { cr, verdict } = resource;
  const { awaits } = observed;
  const isUnjudged = verdict.awaitsCredentials === true || (awaits?.engine === true && awaitsEngine(verdict));
  return {
    kind,
    cr,
    updateFor: (current) => {
      const { uid, generation } = current.metadata;
      if (isUnjudged || uid !== cr.metadata.uid || generation !== cr.metadata.generation) return undefined;
      const update = () => {
        // Both have the same uid, and so the same kind.
        const next = statusOf(current as CR);
        // Pending answers of the engine count, too: subscriptions wait for a robot that the engine has not judged.
        if ((awaits?.turn || awaits?.engine) && isPending(next)) return undefined;
        const patch = statusPatch(current.status && { ...current.status }, { ...next });
        const events = stateChanges(current.status?.conditions, next.conditions ?? []);
        return patch && { kind, cr: current, patch, events };
      };
      const isTold = inputs && told.get(current, inputs, () => update() === undefined);
      return isTold ? undefined : update();
    },
  };
}

const isPending = ({ conditions = [] }: NonNullable<StatusUpdate['cr']['status']>): boolean =>
  conditions.some(({ type, reason }) => type === 'Merged' && reason === 'Pending');
