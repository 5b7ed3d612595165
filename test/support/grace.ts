import { eventually } from '../../operator/lib/testing/eventually.ts';

/**
 * For ten seconds after a change of a trigger, Argo CD may send by its former text. Its notes of that time do not count, see
 * operator/argocd/moment.ts.
 */
const GRACE_MS = 11_000;

/** Waits until this time is over for the triggers that are live now. */
export async function untilGraceIsOver(): Promise<void> {
  const live = Date.now();
  await eventually('the grace of new triggers to be over', () => Date.now() > live + GRACE_MS);
}
