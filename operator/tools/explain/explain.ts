/**
 * `explain`: where a message stops on its way from a custom resource to DingTalk, according to the present state of a cluster.
 *
 * It sees the cluster with the caller's own rights (cluster.ts → `ClusterView`), decides as the operator would, and checks each step:
 * the resource (resource.ts), its robots (robot.ts; relay.ts and controller-proxy.ts for the way by the relay), the keys of its events
 * (subscription.ts, keys.ts), and the keys that Argo CD's engine loads (loading.ts). Then come the Applications (report.ts): the parts of
 * each condition (views.ts, clauses.ts) become probes for the engine (probes.ts), and its answers become outcomes (outcomes.ts,
 * application.ts, sends.ts) in words (words.ts). text.ts prints it.
 */

import { KINDS } from '../../api/kinds.ts';
import { decideFully } from '../../cluster/decide-fully.ts';
import { ServerClock } from '../../kubernetes/server-clock.ts';
import { givenConfiguration } from '../configuration.ts';
import { openConnection, orUsageError } from '../connection.ts';
import { withEngine } from '../engine.ts';
import { type ConfigurationOptions, knownConfiguration } from '../known-configuration.ts';
import { objectName } from '../object-name.ts';
import { FindingsError, type ProcessIO, UsageError } from '../process-io.ts';
import { seeCluster } from './cluster.ts';
import { robotSections, templateSections } from './others.ts';
import { type ExplainContext, explainSubscription } from './report.ts';
import { found, type Subject, subjectOf } from './subject.ts';
import { operatorStep, type Section } from './subscription.ts';
import { type Explanation, explanationJson, explanationText, overall } from './text.ts';

/** All options of `argocd-dingtalk explain`. */
export interface ExplainOptions extends ConfigurationOptions {
  /** `namespace/name`; absent: all Applications. */
  readonly app?: string;
  /** Absent: all events. */
  readonly event?: string;
  readonly kubeconfig?: string;
  readonly output: 'text' | 'json';
}

/**
 * Prints the explanation.
 * @param args the command's arguments: `NAMESPACE/NAME`, with or without a kind before it
 * @throws FindingsError if something keeps messages from being sent
 * @throws UsageError if the arguments name nothing, or if configuration or cluster can't be read
 */
export async function explainResource(
  args: readonly string[],
  options: ExplainOptions,
  io: ProcessIO,
): Promise<void> {
  const subject = subjectOf(args);
  if (subject.kind !== 'subscription' && (options.app ?? options.event) !== undefined)
    throw new UsageError('--app and --event are for subscriptions');
  const app = options.app === undefined ? undefined : objectName(options.app);
  if (options.app !== undefined && !app)
    throw new UsageError(`--app: expected NAMESPACE/NAME of an Application; got ${options.app}`);
  const given = givenConfiguration(options.config);
  const clock = new ServerClock(Date.now);
  const connection = openConnection(options.kubeconfig, clock);
  const notSeen: string[] = [];
  const unseen = (message: string) => void notSeen.push(message);
  try {
    const known = await knownConfiguration(given, options, connection.request, io, 'settings and grants');
    const seen = await orUsageError(() => seeCluster(connection, known, subject.namespace, clock, unseen));
    await withEngine(io, async (engine, gate) => {
      const cluster = { ...seen, decision: await decideFully(seen.snapshot, gate) };
      const context = { connection, engine, cluster, unseen, app, event: options.event };
      const explanation = await orUsageError(() => explanationOf(subject, context));
      print({ ...explanation, notSeen }, options, io);
    });
  } finally {
    await connection.close();
  }
}

async function explanationOf(
  subject: Subject,
  context: ExplainContext,
): Promise<Omit<Explanation, 'notSeen'>> {
  const { kind, namespace, name } = subject;
  const operator: Section = { about: 'the operator', steps: [operatorStep(context.cluster)] };
  const { sections, ...rest } = await explainKind(subject, context);
  return { kind: KINDS[kind].kind, namespace, name, sections: [operator, ...sections], ...rest };
}

async function explainKind(
  subject: Subject,
  context: ExplainContext,
): Promise<Pick<Explanation, 'sections' | 'applications'>> {
  const { snapshot } = context.cluster;
  switch (subject.kind) {
    case 'robot':
      return { sections: robotSections(found(snapshot.robots, subject), context.cluster) };
    case 'template':
      return { sections: templateSections(found(snapshot.templates, subject), context.cluster) };
    case 'subscription':
      return explainSubscription(subject, context);
  }
}

function print(explanation: Explanation, { output }: ExplainOptions, { stdout, stderr }: ProcessIO): void {
  for (const message of explanation.notSeen) stderr.write(`missing right: ${message}\n`);
  stdout.write(output === 'json' ? explanationJson(explanation) : explanationText(explanation));
  if (overall(explanation) === 'problem') throw new FindingsError();
}
