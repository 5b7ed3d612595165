import { ObjectMemo } from '../../lib/memo.ts';
import { awaitsEngine, type Verdict } from '../model/verdict.ts';
import { otherInstallation } from '../resolve/selection.ts';
import { stateChanges, statusPatch } from './changes.ts';
import type { ObservedState } from './observed-state.ts';
import type { StatusUpdate, WantedStatus } from './status-update.ts';

/** A resource with the decision's verdict. */
export interface Judged<CR extends StatusUpdate['cr']> {
  readonly cr: CR;
  readonly verdict: Verdict;
}

/** A status, and whether it reports an exception that came while it was made. */
export interface MadeStatus<CR extends StatusUpdate['cr']> {
  readonly status: NonNullable<CR['status']>;
  readonly isFaulty: boolean;
}

/** Whether the status of a resource was complete the last time. */
const told = new ObjectMemo<StatusUpdate['cr'], boolean>();

/**
 * The status that one resource should have.
 * @param inputsOf gives all inputs of the status beside the resource: the same inputs need no comparison with the status
 */
export function wanted<CR extends StatusUpdate['cr']>(
  kind: StatusUpdate['kind'],
  resource: Judged<CR>,
  observed: ObservedState,
  inputsOf: () => readonly unknown[],
  statusOf: (cr: CR) => MadeStatus<CR>,
): WantedStatus {
  const { cr, verdict } = resource;
  const { awaits } = observed;
  const isUnjudged = verdict.awaitsCredentials === true || (awaits?.engine === true && awaitsEngine(verdict));
  return {
    kind,
    cr,
    updateFor: (current) => {
      const { uid, generation } = current.metadata;
      if (isUnjudged || (awaitsEngine(verdict) && isKnown(current))) return undefined;
      if (uid !== cr.metadata.uid || generation !== cr.metadata.generation) return undefined;
      if (otherInstallation(current, observed.snapshot)) return undefined;
      const make = () => {
        // Both have the same uid, and so the same kind.
        const { status: next, isFaulty } = statusOf(current as CR);
        return { next, isFaulty, patch: statusPatch(current.status && { ...current.status }, { ...next }) };
      };
      const update = ({ next, patch }: ReturnType<typeof make>): StatusUpdate | undefined => {
        // Pending answers of the engine count, too: subscriptions wait for a robot that the engine has not judged.
        if (!patch || ((awaits?.turn || awaits?.engine) && isPending(next))) return undefined;
        const events = stateChanges(current.status?.conditions, next.conditions ?? []);
        return { kind, cr: current, patch, events, ...(isOfRenewal(patch) && { isRenewal: true }) };
      };
      const inputs = faultless(inputsOf);
      if (!inputs) return update(make());
      let made: ReturnType<typeof make> | undefined;
      // Each decision has to report the exceptions. What the run awaits is no input: it only delays a write.
      const isTold = told.getIf(
        current,
        inputs,
        () => {
          made = make();
          return made.patch === undefined;
        },
        () => made?.isFaulty !== true,
      );
      return isTold ? undefined : update(made ?? make());
    },
  };
}

/** Undefined if there is an exception: the status itself then reports it. */
function faultless<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch {
    return undefined;
  }
}

const isOfRenewal = (patch: StatusUpdate['patch']): boolean =>
  Object.keys(patch).every((field) => field === 'signedUntil');

/** A status about the present generation says more than that the engine does not answer now. */
const isKnown = ({ metadata: { generation }, status }: StatusUpdate['cr']): boolean =>
  status?.conditions?.some(
    ({ type, observedGeneration }) => type === 'Accepted' && observedGeneration === generation,
  ) === true;

const isPending = ({ conditions = [] }: NonNullable<StatusUpdate['cr']['status']>): boolean =>
  conditions.some(({ type, reason }) => type === 'Merged' && reason === 'Pending');
