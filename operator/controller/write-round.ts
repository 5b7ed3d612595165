import type { RouteOutcome } from '../cluster/route-writer.ts';
import type { Write } from '../core/writes/writes.ts';
import type { Decided } from './decide-within.ts';
import type { WriteOutcome } from './observe.ts';
import type { ReconcilerParts } from './reconciler-parts.ts';

type WritingParts = Pick<
  ReconcilerParts,
  'writer' | 'routes' | 'guard' | 'onWritten' | 'onRoundWritten' | 'onRoutesWritten' | 'onWriteFailed'
>;

/**
 * Does the writes of a decision that are allowed now; the outcome has the errors. The ConfigMap lets Argo CD post for the
 * RelayRoutes, so these are written before it, and deleted after it.
 */
export async function writeRound(
  { decision: { writes, routes, live }, snapshot: { target } }: Decided,
  parts: WritingParts,
): Promise<WriteOutcome> {
  const { writer, guard } = parts;
  guard.observe(target, live);
  const admission = guard.admit(writes.steps, routes.apply.length + routes.remove.length > 0);
  if (admission.isPaced) return { admission };
  const done: Write[] = [];
  const onRoutes: RouteOutcome[] = [];
  const outcome = () => ({
    admission,
    routeFailures: new Map(onRoutes.flatMap(({ failures }) => [...failures])),
    hasRoutes: onRoutes.some((each) => each.done.length > 0),
  });
  try {
    if (parts.routes && routes.apply.length > 0) onRoutes.push(await parts.routes.apply(routes.apply));
    await writer.write(admission.steps, target, (step, object) => {
      if (step.kind !== 'project' && object) guard.wrote(step, object);
      done.push(step);
      parts.onWritten(step);
    });
    // While a step has to wait, Argo CD may still post for a route that is to go.
    const isComplete = admission.steps.length === writes.steps.length;
    if (parts.routes && isComplete && routes.remove.length > 0)
      onRoutes.push(await parts.routes.remove(routes.remove));
    if (admission.steps.length > 0 || outcome().hasRoutes) guard.roundEnded();
    return outcome();
  } catch (error) {
    parts.onWriteFailed(error);
    return { ...outcome(), failure: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    if (done.length > 0) parts.onRoundWritten(done, target);
    if (onRoutes.length > 0) parts.onRoutesWritten(onRoutes);
  }
}
