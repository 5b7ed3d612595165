/**
 * Custom resources → verdicts: each resource with all that it refers to, or the reason why it is refused. robots.ts,
 * templates.ts and subscriptions.ts do it for one kind each; grants.ts, sharing.ts, selection.ts and access-condition.ts
 * decide which namespace may use which resource.
 */

import type { Finding } from '../../api/finding.ts';
import type {
  ApplicationSubscription,
  CustomResource,
  DingTalkRobot,
  NotificationTemplate,
} from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { listKeeper } from '../../lib/lists.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { Faults } from '../model/faults.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { LiveState } from '../model/live.ts';
import { liveRoutes } from '../model/live-routes.ts';
import type { Resolution, ResolvedRobot, ResolvedSubscription, ResolvedTemplate } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { accessOf } from './access-condition.ts';
import { argocdUrl } from './argocd-url.ts';
import { applicationSubscriptions, byName, eachOf } from './each.ts';
import { refusedRobot, resolveRobot } from './robots.ts';
import { refusedSubscription, resolveSubscription } from './subscriptions.ts';
import { refusedTemplate, resolveTemplate } from './templates.ts';

/**
 * References, access and credentials → a verdict for each CR. A CR counts as gone if it is being deleted, or if its namespace
 * is not served. Subscriptions about Gitee are not among them, see `core/gitee/`.
 * @param beyond resources that are not read, with the finding that says so
 */
export function resolve(
  snapshot: Snapshot,
  live: LiveState,
  beyond: ReadonlyMap<CustomResource, Finding>,
  inquiry: Inquiry,
  faults: Faults,
): Resolution {
  const each = eachOf(snapshot, beyond, faults);
  const robots = keptRobots(
    each(
      snapshot.robots,
      (cr) => resolveRobot(cr, snapshot),
      (cr, refusal) => refusedRobot(cr, refusal, snapshot),
      // A robot that is not read has no live version.
      (cr, refusal) =>
        unreadRobots.get(cr, [refusal.message, snapshot.config, liveRoutes(snapshot)], () =>
          refusedRobot(cr, refusal, snapshot),
        ),
    ),
  );
  const templates = keptTemplates(
    each(
      snapshot.templates,
      (cr) => resolveTemplate(cr, snapshot, inquiry.of(cr.metadata.namespace)),
      refusedTemplate,
      (cr, refusal) => unreadTemplates.get(cr, [refusal.message], () => refusedTemplate(cr, refusal)),
    ),
  );
  const url = argocdUrl(snapshot);
  const access = accessOf(snapshot);
  const references = {
    robots: robotsByName.get(robots, [], () => byName(robots)),
    templates: templatesByName.get(templates, [], () => byName(templates)),
    access,
    argocdUrl: url,
    inquiry,
  };
  const { bySubscription } = liveRoutes(snapshot);
  const isLive = (cr: ApplicationSubscription) =>
    live.events.has(resourceKey(cr)) || bySubscription.has(resourceKey(cr));
  const refused = (cr: ApplicationSubscription, refusal: Finding) =>
    refusedSubscription(cr, refusal, access(cr.metadata.namespace), isLive(cr));
  const subscriptions = each(
    applicationSubscriptions(snapshot.subscriptions, faults),
    (cr) => resolveSubscription(cr, references, snapshot),
    refused,
    (cr, refusal) => {
      const { accessCondition } = access(cr.metadata.namespace);
      const inputs = [refusal.message, accessCondition, isLive(cr)];
      return unreadSubscriptions.get(cr, inputs, () => refused(cr, refusal));
    },
  );
  return { robots, templates, subscriptions, gitee: [], argocdUrl: url };
}

const [keptRobots, keptTemplates] = [listKeeper(), listKeeper()];
const robotsByName = new ObjectMemo<readonly ResolvedRobot[], ReadonlyMap<string, ResolvedRobot>>();
const templatesByName = new ObjectMemo<readonly ResolvedTemplate[], ReadonlyMap<string, ResolvedTemplate>>();

/** There can be thousands of resources that are not read. */
const unreadRobots = new ObjectMemo<DingTalkRobot, ResolvedRobot>();
const unreadTemplates = new ObjectMemo<NotificationTemplate, ResolvedTemplate>();
const unreadSubscriptions = new ObjectMemo<ApplicationSubscription, ResolvedSubscription>();
