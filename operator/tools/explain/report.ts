import {
  type ApplicationSubscription,
  isGiteeSubscription,
  type NotificationSubscription,
} from '../../api/kinds.ts';
import type { Unseen } from '../../cluster/cluster-reader.ts';
import { eventName } from '../../core/resolve/event-name.ts';
import type { Engine } from '../../engine/types.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import type { ObjectName } from '../object-name.ts';
import { UsageError } from '../process-io.ts';
import { seeApplication, seeApplications, shownApplications } from './applications.ts';
import type { ClusterView } from './cluster-view.ts';
import { giteeSections } from './gitee.ts';
import { applicationOutcomes } from './outcomes.ts';
import { found, type Subject } from './subject.ts';
import { subscriptionSections } from './subscription.ts';
import type { Explanation } from './text.ts';
import { eventViews } from './views.ts';

/** A large configuration takes the engine seconds. */
const LOADING_DEADLINE_MS = 60_000;

/** The means of an explanation, and its question. */
export interface ExplainContext {
  readonly connection: Connection;
  readonly engine: Engine;
  readonly cluster: ClusterView;
  readonly unseen: Unseen;
  /** Absent: all Applications. */
  readonly app?: ObjectName | undefined;
  /** Absent: all events. */
  readonly event?: string | undefined;
}

/**
 * A subscription from its resource to the notifications about Applications.
 * @throws UsageError if the subscription or the event does not exist; every error of a request
 */
export async function explainSubscription(
  subject: Subject,
  context: ExplainContext,
): Promise<Pick<Explanation, 'sections' | 'applications'>> {
  const { cluster, app, event } = context;
  const cr = found(cluster.snapshot.subscriptions, subject);
  const events = chosenEvents(cr, event);
  if (!isGiteeSubscription(cr)) return explainApplications(cr as ApplicationSubscription, events, context);
  if (app)
    throw new UsageError('--app: the subscription is about a Gitee repository, and not about Applications');
  return { sections: giteeSections(cr, events, cluster) };
}

async function explainApplications(
  cr: ApplicationSubscription,
  events: readonly string[],
  { connection, engine, cluster, unseen, app }: ExplainContext,
): Promise<Pick<Explanation, 'sections' | 'applications'>> {
  const data = cluster.snapshot.target.configMap?.data;
  const loading =
    data && (await engine.check({ configMap: data, secret: {} }, { deadlineMs: LOADING_DEADLINE_MS }));
  const sections = subscriptionSections(cr, events, cluster, loading);
  const { namespace, name } = cr.metadata;
  const resolved = cluster.decision.resolution.subscriptions.find(
    ({ cr: { metadata } }) => metadata.namespace === namespace && metadata.name === name,
  );
  const views = (resolved ? eventViews(resolved, cluster) : []).filter(({ name: each }) =>
    events.includes(each),
  );
  const applications = app
    ? [await seeApplication(connection, app)]
    : await seeApplications(connection, [cluster.snapshot.config.target.namespace, namespace], unseen);
  const words = {
    namespace,
    criteria: cr.spec.applications,
    maxEventAgeMs: cluster.snapshot.config.limits.maxEventAge,
    argocdNamespace: cluster.snapshot.config.target.namespace,
    knowsGrants: cluster.sees.grants,
    isBlocked: sections.some(({ steps }) => steps.some(({ verdict }) => verdict === 'problem')),
  };
  const outcomes = await applicationOutcomes(
    applications ?? [],
    views,
    words,
    engine,
    cluster.snapshot.serverTime,
  );
  return {
    sections,
    // Without a live trigger nothing is known about any Application.
    ...(views.length > 0 && { applications: shownApplications(applications?.length ?? null, outcomes) }),
  };
}

function chosenEvents({ spec }: NotificationSubscription, event: string | undefined): string[] {
  const names = spec.events.map(eventName);
  if (event === undefined) return names;
  if (names.includes(event)) return [event];
  throw new UsageError(`--event: the subscription has no event ${event}; it has ${names.join(', ')}`);
}
