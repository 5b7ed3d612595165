import type { RouteOutcome } from '../cluster/route-writer.ts';
import type { Log } from '../lib/log.ts';

/** RelayRoutes that one line of the log names. */
const MAX_NAMED = 5;

/**
 * Reports the outcomes for RelayRoutes of each round of writes: numbers and some names.
 * @param onFailed called with the first error of a round
 */
export function createRouteReporter(
  log: Log,
  onFailed: (error: Error) => void,
): (outcomes: readonly RouteOutcome[]) => void {
  return (outcomes) => {
    const done = outcomes.flatMap((each) => each.done);
    if (done.length > 0) log.info(counted(done), 'RelayRoutes written');
    const failures = new Map(outcomes.flatMap((each) => [...each.failures]));
    const [err] = failures.values();
    if (!err) return;
    onFailed(err);
    log.warn({ ...counted([...failures.keys()]), err }, 'some RelayRoutes cannot be written');
  };
}

const counted = (routes: readonly string[]) => ({ count: routes.length, routes: routes.slice(0, MAX_NAMED) });
