import { FAULT_LOG_LINE, type Fault } from '../core/model/faults.ts';
import type { Log } from '../lib/log.ts';

/** Lines of one run: a tenant may cause a fault in thousands of resources at once. */
const MAX_LINES = 20;
const MAX_STACK = 4_000;

/**
 * Reports exceptions that were kept to one resource each: once, by a line of the log with the stack. The resource's
 * status names that line by its number.
 */
export function createFaultReporter(log: Log): (faults: readonly Fault[]) => void {
  let told: ReadonlySet<string> = new Set();
  return (faults) => {
    const before = told;
    told = new Set(faults.map(({ id }) => id));
    const fresh = faults.filter(({ id }) => !before.has(id));
    for (const { kind, namespace, name, id, error } of fresh.slice(0, MAX_LINES)) {
      const stack = error instanceof Error ? error.stack?.slice(0, MAX_STACK) : undefined;
      log.error({ kind, namespace, name, fault: id, err: error, stack }, FAULT_LOG_LINE);
    }
    if (fresh.length > MAX_LINES)
      log.error({ count: fresh.length - MAX_LINES }, 'the operator failed to handle more resources');
  };
}
