import { setTimeout as delay } from 'node:timers/promises';
import { namespace } from '../../../operator/api/testing/manifests.ts';
import { eventually } from '../../../operator/lib/testing/eventually.ts';
import { createCrowd } from '../../support/crowd.ts';
import { editedTemplate, hostileNamespace } from '../../support/hostile-namespace.ts';
import { measureEdits } from '../teams/edits.ts';
import { untilQuiet } from '../teams/quiet.ts';
import { Sampler } from '../teams/sampler.ts';
import type { Running, TeamsStage } from '../teams/stage.ts';

const HOSTILE = 'hostile';
/** Nobody's share of the API server's time: five edits a second of one namespace. */
const HOSTILE_PACE_MS = 200;
const MIB = 2 ** 20;

/** What edits of other teams take, and the operator meanwhile. */
interface Phase {
  /** From the API server's answer until Argo CD's ConfigMap says it, in milliseconds, ascending. */
  readonly latencies: readonly number[];
  /** Of the operator and its children, ten times a second, in bytes, ascending. */
  readonly memory: readonly number[];
  /** How many decisions were made within so many seconds, by upper bound. */
  readonly decisions: ReadonlyMap<number, number>;
  readonly cpuSeconds: number;
}

export interface Figures {
  readonly without: Phase;
  readonly beside: Phase;
}

/** @throws Error if the other teams do not become Ready, or an edit is not live within a minute */
export async function measure(
  stage: TeamsStage,
  { resources, seconds }: { readonly resources: number; readonly seconds: number },
  print: (line: string) => void,
): Promise<Figures> {
  print('the other teams');
  await stage.createTeams();
  await using running = await stage.startOperator('0s');
  using sampler = new Sampler(running.operator.pid);
  await untilQuiet(stage, running, sampler);
  print(`an edit a second, for ${seconds} s`);
  const without = await measurePhase(stage, running, sampler, seconds);
  print(`${resources} resources of one namespace`);
  await stage.connection.request({ method: 'POST', path: '/api/v1/namespaces', body: namespace(HOSTILE) });
  await createCrowd(stage.connection, await hostileNamespace(HOSTILE, resources));
  print('until each of them is told');
  await eventually('all statuses to be written', () => isTold(running), {
    timeoutMs: 300_000,
    intervalMs: 500,
  });
  print(`an edit a second, for ${seconds} s, beside the namespace`);
  using _editing = new HostileEdits(stage);
  return { without, beside: await measurePhase(stage, running, sampler, seconds) };
}

async function measurePhase(
  stage: TeamsStage,
  running: Running,
  sampler: Sampler,
  seconds: number,
): Promise<Phase> {
  const [decided, cpu] = [await decisions(running), sampler.cpuSeconds()];
  sampler.takeSums();
  const latencies = await measureEdits(stage, seconds);
  const after = await decisions(running);
  return {
    latencies: latencies.toSorted((a, b) => a - b),
    memory: sampler.takeSums().toSorted((a, b) => a - b),
    decisions: new Map([...after].map(([bound, count]) => [bound, count - (decided.get(bound) ?? 0)])),
    cpuSeconds: sampler.cpuSeconds() - cpu,
  };
}

/** Somebody edits a template that a subscription of twenty events uses, and never stops. */
class HostileEdits implements Disposable {
  #ended = false;

  constructor(stage: TeamsStage) {
    void this.#run(stage);
  }

  async #run({ connection }: TeamsStage): Promise<void> {
    for (let edit = 1; !this.#ended; edit++) {
      const { spec } = editedTemplate(HOSTILE, edit);
      await connection.request({
        method: 'PATCH',
        path: `/apis/argocd-dingtalk.io/v1alpha1/namespaces/${HOSTILE}/notificationtemplates/words`,
        contentType: 'application/merge-patch+json',
        body: { spec },
      });
      await delay(HOSTILE_PACE_MS);
    }
  }

  [Symbol.dispose](): void {
    this.#ended = true;
  }
}

const metricsOf = async ({ metricsUrl }: Running): Promise<string> => (await fetch(metricsUrl)).text();

async function isTold(running: Running): Promise<boolean> {
  const [, pending] = /^argocd_dingtalk_statuses_pending (\d+)$/m.exec(await metricsOf(running)) ?? [];
  return pending === '0';
}

async function decisions(running: Running): Promise<Map<number, number>> {
  const pattern = /^argocd_dingtalk_decision_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm;
  const buckets = [...(await metricsOf(running)).matchAll(pattern)];
  return new Map(
    buckets.map(([, le, count]) => [le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), Number(count)]),
  );
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

/** The upper bound of the bucket that has the decision at this share. */
function decisionAt({ decisions: buckets }: Phase, share: number): number {
  const all = Math.max(...buckets.values());
  return Math.min(...[...buckets].filter(([, count]) => count >= share * all).map(([bound]) => bound));
}

/** As a table. */
export function rows({ without, beside }: Figures): string {
  const row = (name: string, of: (phase: Phase) => string) => `| ${name} | ${of(without)} | ${of(beside)} |`;
  const ms = (value: number) => `${Math.round(value)} ms`;
  const mib = (value: number) => `${Math.round(value / MIB)} MB`;
  return [
    '| | without | beside it |',
    '| --- | --- | --- |',
    row('an edit of another team is live after, median', ({ latencies }) => ms(at(latencies, 0.5))),
    row('… 99 of 100', ({ latencies }) => ms(at(latencies, 0.99))),
    row('a decision, half of them', (phase) => `≤ ${ms(1_000 * decisionAt(phase, 0.5))}`),
    row('… 99 of 100', (phase) => `≤ ${ms(1_000 * decisionAt(phase, 0.99))}`),
    row('memory of the operator and its engine, median', ({ memory }) => mib(at(memory, 0.5))),
    row('… at most', ({ memory }) => mib(at(memory, 1))),
    row('CPU time', ({ cpuSeconds }) => `${cpuSeconds.toFixed(1)} s`),
  ].join('\n');
}

/** What is more than it may be. */
export function excesses({ without, beside }: Figures): string[] {
  const latency = at(beside.latencies, 0.99);
  const decision = decisionAt(beside, 0.99);
  const growth = (at(beside.memory, 0.5) - at(without.memory, 0.5)) / MIB;
  return [
    ...(latency < 1_000 ? [] : [`an edit was live after ${Math.round(latency)} ms, more than 1000`]),
    ...(decision <= 0.3 ? [] : [`a decision took up to ${decision} s, more than 0.3`]),
    ...(growth < 100 ? [] : [`the operator took ${Math.round(growth)} MB more, which is more than 100`]),
  ];
}
