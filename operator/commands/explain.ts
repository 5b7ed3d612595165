import { Command, Option } from 'commander';
import { KINDS } from '../api/kinds.ts';
import { robotSections, templateSections } from '../core/explanation/others.ts';
import type { Sight } from '../core/explanation/sight.ts';
import { operatorStep, type Section, subscriptionSections } from '../core/explanation/subscription.ts';
import { eventViews } from '../core/explanation/views.ts';
import { redactError } from '../core/redact.ts';
import { eventName } from '../core/resolve/event-name.ts';
import type { Engine } from '../engine/types.ts';
import { decideFully } from '../files/judge.ts';
import { applicationOutcomes } from '../files/outcomes.ts';
import type { Application } from '../files/sample-application.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { ServerClock } from '../kubernetes/server-clock.ts';
import { closest } from '../text/closest.ts';
import { openConnection } from './cluster.ts';
import { readConfiguration } from './configuration.ts';
import { type SeenCluster, seeApplication, seeApplications, seeCluster } from './explain-cluster.ts';
import {
  type ExplainedApplications,
  type Explanation,
  explanationJson,
  explanationText,
  overall,
} from './explain-text.ts';
import { withEngine } from './offline.ts';
import { FindingsError, type Surroundings, UsageError } from './surroundings.ts';

interface ExplainOptions {
  readonly app?: string;
  readonly event?: string;
  readonly kubeconfig?: string;
  readonly config?: string;
  readonly output: 'text' | 'json';
}

/** Of the applications that fit, so many are shown, and so many of those that nearly do. */
const MAX_SHOWN = { hits: 20, misses: 3 } as const;

/** A large configuration takes the engine seconds. */
const LOADING_DEADLINE_MS = 60_000;

/** `argocd-dingtalk explain`: where a message stops on its way, by what a cluster has now. */
export function explainCommand(surroundings: Surroundings): Command {
  return new Command('explain')
    .description(
      'Say why a subscription sends a message or none, step by step, from what the cluster has now.',
    )
    .usage('[subscription|robot|template] <namespace/name> [options]')
    .argument(
      '<what...>',
      'NAMESPACE/NAME of a NotificationSubscription; robot or template before it for one of those',
    )
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
      const config = readConfiguration(options.config);
      const clock = new ServerClock(Date.now);
      const connection = openConnection(options.kubeconfig, clock);
      const notSeen: string[] = [];
      const unseen = (message: string) => void notSeen.push(message);
      try {
        const cluster = await orUsageError(() =>
          seeCluster(connection, config, subject.namespace, clock, unseen),
        );
        await withEngine(surroundings, async (engine, gate) => {
          const sight = { ...cluster, decision: await decideFully(cluster.snapshot, gate) };
          const scene = { connection, engine, sight, unseen, options };
          tell({ ...(await explain(subject, scene)), notSeen }, options, surroundings);
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

type Subject = { readonly kind: keyof typeof KINDS; readonly namespace: string; readonly name: string };

function subjectOf(what: readonly string[]): Subject {
  const [first = '', second, ...more] = what;
  const [kindText, named] = second === undefined ? ['subscription', first] : [first, second];
  const kind = (Object.keys(KINDS) as Subject['kind'][]).find((each) => each === kindText.toLowerCase());
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(named) ?? [];
  if (kind && namespace !== undefined && name !== undefined && more.length === 0)
    return { kind, namespace, name };
  throw new UsageError(
    `expected NAMESPACE/NAME of a subscription, or robot NAMESPACE/NAME, or template NAMESPACE/NAME; got ${what.join(' ')}`,
  );
}

interface Scene {
  readonly connection: Connection;
  readonly engine: Engine;
  readonly sight: Sight;
  readonly unseen: (message: string) => void;
  readonly options: ExplainOptions;
}

async function explain(subject: Subject, scene: Scene): Promise<Omit<Explanation, 'notSeen'>> {
  const { sight } = scene;
  const { namespace, name } = subject;
  const head = { kind: KINDS[subject.kind].kind, namespace, name };
  const operator: Section = { about: 'the operator', steps: [operatorStep(sight)] };
  switch (subject.kind) {
    case 'robot':
      found(sight.snapshot.robots, subject);
      return { ...head, sections: [operator, ...robotSections(namespace, name, sight)] };
    case 'template':
      return {
        ...head,
        sections: [operator, ...templateSections(found(sight.snapshot.templates, subject), sight)],
      };
    case 'subscription':
      return { ...head, ...(await explainSubscription(subject, operator, scene)) };
  }
}

async function explainSubscription(
  subject: Subject,
  operator: Section,
  { connection, engine, sight, unseen, options }: Scene,
): Promise<Pick<Explanation, 'sections' | 'applications'>> {
  const { event } = options;
  const cr = found(sight.snapshot.subscriptions, subject);
  const names = cr.spec.events.map(eventName);
  if (event !== undefined && !names.includes(event))
    throw new UsageError(`--event: the subscription has no event ${event}; it has ${names.join(', ')}`);
  const data = sight.snapshot.target.configMap?.data;
  const loading =
    data && (await engine.check({ configMap: data, secret: {} }, { deadlineMs: LOADING_DEADLINE_MS }));
  const sections = subscriptionSections(cr, sight, loading).filter(
    ({ about }) => event === undefined || !about.startsWith('event ') || about === `event ${event}`,
  );
  const { namespace, name } = subject;
  const resolved = sight.decision.resolution.subscriptions.find(
    ({ cr: { metadata } }) => metadata.namespace === namespace && metadata.name === name,
  );
  const views = resolved ? eventViews(resolved, sight) : [];
  const applications = await orUsageError(() =>
    chosenApplications(subject, sight, connection, unseen, options.app),
  );
  const context = {
    namespace,
    criteria: cr.spec.applications,
    maxEventAgeMs: sight.snapshot.config.limits.maxEventAge,
    argocdNamespace: sight.snapshot.config.target.namespace,
    isBlocked: sections.some(({ steps }) => steps.some(({ verdict }) => verdict === 'problem')),
  };
  const outcomes = await applicationOutcomes(
    applications ?? [],
    views.filter((each) => event === undefined || each.name === event),
    context,
    engine,
    sight.snapshot.serverTime,
  );
  return {
    sections: [operator, ...sections],
    // Without a live trigger nothing can be said of any.
    ...(views.length > 0 && { applications: worthTelling(applications?.length ?? null, outcomes) }),
  };
}

function chosenApplications(
  { namespace }: Subject,
  { snapshot }: SeenCluster,
  connection: Connection,
  unseen: (message: string) => void,
  app: string | undefined,
): Promise<readonly Application[] | undefined> {
  if (app === undefined) {
    return seeApplications(connection, [snapshot.config.target.namespace, namespace], unseen);
  }
  const [, where, name] = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(app) ?? [];
  if (where === undefined || name === undefined)
    throw new UsageError(`--app: expected NAMESPACE/NAME of an Application; got ${app}`);
  return seeApplication(connection, where, name).then((each) => [each]);
}

function worthTelling(
  seen: number | null,
  outcomes: Awaited<ReturnType<typeof applicationOutcomes>>,
): ExplainedApplications {
  const hits = outcomes.filter(({ missed }) => missed === 0);
  const misses = outcomes.filter(({ missed }) => missed > 0).sort((a, b) => a.missed - b.missed);
  return {
    seen,
    matching: hits.length,
    shown: [...hits.slice(0, MAX_SHOWN.hits), ...misses.slice(0, MAX_SHOWN.misses)],
  };
}

/** @throws UsageError, with the name that was perhaps meant */
function found<
  T extends {
    readonly kind: string;
    readonly metadata: { readonly namespace: string; readonly name: string };
  },
>(resources: readonly T[], { kind, namespace, name }: Subject): T {
  const own = resources.filter(({ metadata }) => metadata.namespace === namespace);
  const it = own.find(({ metadata }) => metadata.name === name);
  if (it) return it;
  const guess = closest(
    name,
    own.map(({ metadata }) => metadata.name),
  );
  const hint = guess === undefined ? '' : `; did you mean ${namespace}/${guess}?`;
  throw new UsageError(`there is no ${KINDS[kind].kind} ${namespace}/${name}${hint}`);
}

function tell(explanation: Explanation, { output }: ExplainOptions, { stdout, stderr }: Surroundings): void {
  for (const message of explanation.notSeen) stderr.write(`not seen: ${message}\n`);
  stdout.write(output === 'json' ? explanationJson(explanation) : explanationText(explanation));
  if (overall(explanation) === 'problem') throw new FindingsError();
}

/** Whatever keeps the cluster from being read is the caller's to mend. */
async function orUsageError<T>(reading: () => Promise<T>): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(redactError(error), { cause: error });
  }
}
