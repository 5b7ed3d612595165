import type { Condition } from '../../api/kinds.ts';
import type { Reason } from '../../api/reasons.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { own, setOwn } from '../../lib/own.ts';

/** A status as the API server has it: any field may be absent. */
export type StatusFields = { readonly [field: string]: unknown; readonly conditions?: readonly Condition[] };

/** The field of a subscription's status that the keeper of its hooks writes. */
const KEPT_BY_ANOTHER = 'gitee';

/**
 * The JSON merge patch from one status to another, with null for a removed field. Undefined if nothing differs, so nothing is
 * written.
 */
export function statusPatch(
  previous: StatusFields | undefined,
  next: StatusFields,
): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(next)) {
    const before = own(previous, field);
    if (canonicalJson(before) !== canonicalJson(value)) setOwn(patch, field, fieldPatch(before, value));
  }
  for (const field of Object.keys(previous ?? {})) {
    if (own(next, field) === undefined && field !== KEPT_BY_ANOTHER) setOwn(patch, field, null);
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** A merge patch keeps the fields of an object that the patch does not name. It replaces all other values as a whole. */
function fieldPatch(before: unknown, value: unknown): unknown {
  if (!isObject(before) || !isObject(value)) return value;
  const gone = Object.keys(before).filter((field) => own(value, field) === undefined);
  return { ...value, ...Object.fromEntries(gone.map((field) => [field, null])) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A Kubernetes event about a change of state. */
export interface StateChange {
  readonly type: 'Normal' | 'Warning';
  readonly reason: Reason;
  readonly message: string;
}

/**
 * The changes that deserve an event: Ready has another status or reason, or there is a new warning. A renewed signature gives
 * no event.
 */
export function stateChanges(
  previous: readonly Condition[] | undefined,
  next: readonly Condition[],
): StateChange[] {
  const changed = (type: string): Condition | undefined => {
    const before = previous?.find((each) => each.type === type);
    const after = next.find((each) => each.type === type);
    return after && (before?.status !== after.status || before.reason !== after.reason) ? after : undefined;
  };
  const changes: StateChange[] = [];
  const ready = changed('Ready');
  if (ready) {
    const type = ready.status === 'True' || ready.reason === 'Suspended' ? 'Normal' : 'Warning';
    changes.push({ type, reason: ready.reason as Reason, message: ready.message });
  }
  for (const type of ['Accepted', 'Hooked']) {
    const condition = changed(type);
    if (condition?.status === 'True' && condition.reason !== type)
      changes.push({ type: 'Warning', reason: condition.reason as Reason, message: condition.message });
  }
  return changes;
}
