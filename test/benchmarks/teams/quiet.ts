import { eventually } from '../../../operator/lib/testing/eventually.ts';
import type { KubernetesResource } from '../../support/stage.ts';
import type { Sampler } from './sampler.ts';
import type { Running, TeamsStage } from './stage.ts';

/** How long nothing may have happened. */
const SILENCE_MS = 3_000;
/** After as long a silence, who is not Ready will not become so. */
const HOPELESS_MS = 15_000;
const POLL_MS = 250;
/** So many characters of output say why a process ended. */
const TAIL = 2_000;
/** As much CPU time from one look to the next is work; what remains is renewing a lease and answering for metrics. */
const BUSY_SECONDS = 0.06;
const DEADLINE_MS = 5 * 60_000;

/**
 * Waits until every custom resource is Ready, in its present generation, and until for three seconds nothing was written,
 * nothing logged, and nothing computed, by the engine neither.
 * @returns when the last of it was seen, in milliseconds since 1970
 * @throws Error with the reasons of those that are not Ready, or if the operator ends
 */
export async function untilQuiet(
  stage: TeamsStage,
  { operator }: Running,
  sampler: Sampler,
): Promise<number> {
  let seen = '';
  let cpu = sampler.cpuSeconds();
  let lastAt = Date.now();
  const isQuiet = eventually(
    'the operator to be quiet',
    async () => {
      const resources = await stage.resources();
      const now = `${operator.output().length} ${resources.map(({ metadata }) => metadata.resourceVersion).join(' ')}`;
      const cpuNow = sampler.cpuSeconds();
      if (now !== seen || cpuNow - cpu > BUSY_SECONDS) lastAt = Date.now();
      [seen, cpu] = [now, cpuNow];
      const reasons = reasonsOf(resources);
      const silentMs = Date.now() - lastAt;
      return silentMs >= (reasons.size === 0 ? SILENCE_MS : HOPELESS_MS) && reasons;
    },
    { timeoutMs: DEADLINE_MS, intervalMs: POLL_MS },
  );
  const ended = operator.exited.then(() => {
    throw new Error(`the operator has ended; its last output:\n${operator.output().slice(-TAIL)}`);
  });
  const unready = await Promise.race([isQuiet, ended]);
  if (unready.size > 0) throw new Error(`not Ready: ${JSON.stringify(Object.fromEntries(unready))}`);
  return lastAt;
}

/** How many are not Ready, by kind and reason; the operator has not looked at the present generation of some. */
export function reasonsOf(resources: readonly KubernetesResource[]): Map<string, number> {
  const reasons = new Map<string, number>();
  for (const { metadata, status, kind } of resources as (KubernetesResource & { kind: string })[]) {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    const isCurrent = status?.observedGeneration === metadata.generation;
    if (isCurrent && ready?.status === 'True') continue;
    const reason = `${kind} ${isCurrent ? ready?.reason : 'not looked at yet'}`;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return reasons;
}
