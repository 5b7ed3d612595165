import type { DingTalkRobot } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import type { CheckMemory, Observation } from '../model/check-memory.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** The last check of a robot with its present credentials and keywords, by this process or by the robot's status. */
export type LastCheck =
  | ({ readonly by: 'this process' } & Observation)
  | { readonly by: 'an earlier process'; readonly isDelivering: boolean; readonly checkedAt: Date }
  /** An earlier process has announced a message, and did not record an outcome: the message may have been sent. */
  | { readonly by: 'nobody knows' };

/** Undefined if there was no check with these credentials and keywords. */
export function lastCheck(
  cr: DingTalkRobot,
  fingerprint: string,
  { deliveries }: Pick<Snapshot, 'deliveries'>,
): LastCheck | undefined {
  const memory = deliveries.get(resourceKey(cr));
  const { observation } = memory ?? {};
  if (observation?.fingerprint === fingerprint) return { by: 'this process', ...observation };
  const told = cr.status?.delivery;
  if (told?.fingerprint !== fingerprint) return undefined;
  if (isInterrupted(told, memory)) return { by: 'nobody knows' };
  if (told.checkedAt === undefined) return undefined;
  return {
    by: 'an earlier process',
    isDelivering: told.errcode === 0,
    checkedAt: new Date(told.checkedAt ?? Number.NaN),
  };
}

/** Whether the status announces a message of which this process knows nothing. */
function isInterrupted({ fingerprint, sendingAt }: Told, memory: CheckMemory | undefined): boolean {
  return (
    sendingAt !== undefined &&
    sendingAt !== memory?.retracted &&
    memory?.announced?.fingerprint !== fingerprint
  );
}

type Told = NonNullable<NonNullable<DingTalkRobot['status']>['delivery']>;

/** The condition that reports a refusal to an earlier process; undefined if the status has none any more. */
export function toldRefusal({ status }: DingTalkRobot) {
  return status?.conditions?.find((each) => each.type === 'Delivering' && each.status === 'False');
}
