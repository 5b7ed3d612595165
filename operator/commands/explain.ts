import { type Command, Option } from 'commander';
import { KINDS } from '../api/kinds.ts';
import { decideFully } from '../cluster/decide-fully.ts';
import { openConnection } from '../cluster/open.ts';
import { readConfiguration } from '../config/read.ts';
import { withEngine } from '../files/offline.ts';
import { ApiError, RequestError } from '../kubernetes/api-error.ts';
import { ServerClock } from '../kubernetes/server-clock.ts';
import { FindingsError, type ProcessIO, UsageError } from '../lib/process-io.ts';
import { redactError } from '../lib/redact.ts';
import { seeCluster } from '../tools/explain/cluster.ts';
import { robotSections, templateSections } from '../tools/explain/others.ts';
import { type ExplainContext, explainSubscription } from '../tools/explain/report.ts';
import { found, objectName, type Subject, subjectOf } from '../tools/explain/subject.ts';
import { operatorStep, type Section } from '../tools/explain/subscription.ts';
import { type Explanation, explanationJson, explanationText, overall } from '../tools/explain/text.ts';

interface ExplainOptions {
  readonly app?: string;
  readonly event?: string;
  readonly kubeconfig?: string;
  readonly config?: string;
  readonly output: 'text' | 'json';
}

/** `argocd-dingtalk explain`: where a message stops on its way, by what a cluster has now. */
export function explainCommand(command: Command, io: ProcessIO): void {
  command
    .usage('[subscription|robot|template] <namespace/name> [options]')
    .option('--app <namespace/name>', 'the Application to ask about (default: all that you may list)')
    .option('--event <name>', 'only this event, by its name or else its trigger')
    .option(
      '--kubeconfig <file>',
      'how to reach the cluster (default: $KUBECONFIG, ~/.kube/config, or the pod)',
    )
    .option(
      '--config <file>',
      "the operator's configuration file, for its target and grants (default: its defaults)",
    )
    .addOption(
      new Option('-o, --output <format>', 'how to print the explanation')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText('after', HELP)
    .action(async (what: string[], options: ExplainOptions) => {
      const subject = subjectOf(what);
      if (subject.kind !== 'subscription' && (options.app ?? options.event) !== undefined)
        throw new UsageError('--app and --event are for subscriptions');
      const app = options.app === undefined ? undefined : objectName(options.app);
      if (options.app !== undefined && !app)
        throw new UsageError(`--app: expected NAMESPACE/NAME of an Application; got ${options.app}`);
      const config = readConfiguration(options.config);
      const clock = new ServerClock(Date.now);
      const connection = openConnection(options.kubeconfig, clock);
      const notSeen: string[] = [];
      const unseen = (message: string) => void notSeen.push(message);
      try {
        const cluster = await orUsageError(() =>
          seeCluster(connection, config, subject.namespace, clock, unseen),
        );
        await withEngine(io, async (engine, gate) => {
          const sight = { ...cluster, decision: await decideFully(cluster.snapshot, gate) };
          const scene = { connection, engine, sight, unseen, app, event: options.event };
          const explanation = await orUsageError(() => explain(subject, scene));
          tell({ ...explanation, notSeen }, options, io);
        });
      } finally {
        await connection.close();
      }
    });
}

const HELP = `
A message goes this way, and each step is told with its verdict: the resource, which the operator accepts and merges; its
robots, with credentials, a signature that is valid, and what DingTalk last answered; the keys of each event in Argo CD's
ConfigMap and its entry in subscriptions; the ConfigMap as a whole, which Argo CD's engine loads or refuses. Then, for an
Application: may the namespace hear of it, do the criteria fit, is the condition true, did it happen since the subscription
began and not too long ago, and has Argo CD sent it already.

With --app the answer is about that Application. Without it, those that fit are listed, and of those that don't the nearest,
with what excludes them. Argo CD's own engine evaluates the conditions that are live.

It reads with your own rights and changes nothing. You need the right to list the custom resources of the namespace; for
a full answer also to get Argo CD's ConfigMap and Secret, argocd-cm, the operator's Lease and the robots' Secrets, and to
get or list Applications. What can't be read is told on standard error and as unknown, and not guessed. No URL, token or
secret is ever printed. Grants come from the operator's configuration: give it as --config.

Exit codes: 0 nothing is in the way, 1 something is, or the subscription is not about the application, 2 the command was
called wrongly or could not read its input.

Examples:
  argocd-dingtalk explain team-payments/payments --config samples/config.yaml
  argocd-dingtalk explain team-payments/payments --app argocd/checkout --event on-sync-failed
  argocd-dingtalk explain robot team-payments/payments
  argocd-dingtalk explain team-payments/payments -o json | jq '.sections[].steps[] | select(.verdict != "ok")'`;

async function explain(subject: Subject, scene: ExplainContext): Promise<Omit<Explanation, 'notSeen'>> {
  const { kind, namespace, name } = subject;
  const operator: Section = { about: 'the operator', steps: [operatorStep(scene.sight)] };
  const { sections, ...rest } = await explainKind(subject, scene);
  return { kind: KINDS[kind].kind, namespace, name, sections: [operator, ...sections], ...rest };
}

async function explainKind(
  subject: Subject,
  scene: ExplainContext,
): Promise<Pick<Explanation, 'sections' | 'applications'>> {
  const { snapshot } = scene.sight;
  switch (subject.kind) {
    case 'robot':
      return { sections: robotSections(found(snapshot.robots, subject), scene.sight) };
    case 'template':
      return { sections: templateSections(found(snapshot.templates, subject), scene.sight) };
    case 'subscription':
      return explainSubscription(subject, scene);
  }
}

function tell(explanation: Explanation, { output }: ExplainOptions, { stdout, stderr }: ProcessIO): void {
  for (const message of explanation.notSeen) stderr.write(`not seen: ${message}\n`);
  stdout.write(output === 'json' ? explanationJson(explanation) : explanationText(explanation));
  if (overall(explanation) === 'problem') throw new FindingsError();
}

/** Whatever keeps the cluster from being read is the caller's to mend. */
async function orUsageError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof RequestError)) throw error;
    throw new UsageError(redactError(error), { cause: error });
  }
}
