import type { Condition } from '../../../api/kinds.ts';
import { decide } from '../../decide.ts';
import { readLiveState } from '../../model/live.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { ObservedState } from '../observed-state.ts';
import { wantedStatuses } from '../statuses.ts';

/** The whole status of the only resource of a kind. */
export function statusOf(
  kind: string,
  before: Snapshot,
  more: Partial<ObservedState> = {},
  current: object = { status: {} },
) {
  const { resolution, plan } = decide(before);
  const observed = { snapshot: before, live: readLiveState(before.target), plan, ...more };
  const found = wantedStatuses(resolution, observed).find(({ cr }) => cr.kind === kind);
  const patch = found?.updateFor({ ...found.cr, status: {}, ...current } as never)?.patch;
  const { conditions = [], ...fields } = { ...patch } as { conditions?: Condition[] } & Record<
    string,
    unknown
  >;
  return { ...fields, ...Object.fromEntries(conditions.map((each) => [each.type, each])) };
}

/** `status/reason` of each condition. */
export const brief = (status: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(status as Record<string, Condition>)
      .filter(([type]) => /^[A-Z]/.test(type))
      .map(([type, { status: is, reason }]) => [type, `${is}/${reason}`]),
  );
