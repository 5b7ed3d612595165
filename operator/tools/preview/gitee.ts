import { objectKey } from '../../api/names.ts';
import type { GiteeRouteSpec } from '../../api/relay-route.ts';
import { serviceKey, templateKey } from '../../argocd/names.ts';
import { formatService } from '../../argocd/service-value.ts';
import type { Engine } from '../../engine/types.ts';
import type { JudgedFiles } from '../../files/judge.ts';
import { isWanted } from '../../gitee/filter.ts';
import { type GiteeEvent, readGiteeEvent } from '../../gitee/payload.ts';
import { own } from '../../lib/own.ts';
import type { PreviewedCondition } from './condition.ts';
import { NOWHERE, type PreviewedMessage, previewedBody } from './message.ts';
import type { RecipientFilter } from './recipients.ts';

type RouteEvent = GiteeRouteSpec['events'][number];

/** One message about an event of Gitee to one robot. */
interface GiteeRecipient {
  readonly route: GiteeRouteSpec;
  readonly happened: GiteeEvent;
  readonly event: RouteEvent;
  readonly robot: GiteeRouteSpec['robots'][number];
}

/**
 * The messages about the body of a Gitee webhook, for each relayed subscription that has its trigger, and whether the subscription wants the
 * event.
 * @param body parsed
 */
export async function previewGitee(
  body: unknown,
  { decision }: Pick<JudgedFiles, 'decision'>,
  filter: RecipientFilter,
  engine: Engine,
  now: Date,
): Promise<PreviewedMessage[]> {
  const recipients = [...decision.plan.giteeRoutes.values()].flatMap((route) => recipientsIn(route, body));
  const messages: PreviewedMessage[] = [];
  for (const recipient of recipients.filter((each) => isChosen(each, filter)))
    messages.push(await previewOne(recipient, engine, now));
  return messages;
}

function recipientsIn(route: GiteeRouteSpec, body: unknown): GiteeRecipient[] {
  const happened = readGiteeEvent(body, route.gitee.baseUrl);
  if (!happened || 'kind' in happened) return [];
  return route.events
    .filter(({ catalogueName }) => catalogueName === happened.trigger)
    .flatMap((event) => route.robots.map((robot) => ({ route, happened, event, robot })));
}

const isChosen = ({ route, event, robot }: GiteeRecipient, filter: RecipientFilter): boolean =>
  [undefined, event.name].includes(filter.event) &&
  [undefined, objectKey(route.subscription.namespace, route.subscription.name)].includes(
    filter.subscription,
  ) &&
  [undefined, objectKey(robot.namespace, robot.name)].includes(filter.robot);

async function previewOne(
  { route, happened, event, robot }: GiteeRecipient,
  engine: Engine,
  now: Date,
): Promise<PreviewedMessage> {
  const { service } = robot;
  const keys = event.templates.map(templateKey);
  const configMap = {
    ...Object.fromEntries(keys.map((key) => [key, own(route.configMap, key) ?? ''])),
    [serviceKey(service)]: formatService(NOWHERE, ''),
  };
  const outcome = await engine.render({
    configMap,
    secret: {},
    app: happened.roots,
    templates: event.templates,
    service,
    now: now.toISOString(),
  });
  const { namespace, name } = route.subscription;
  return {
    ...{ namespace, subscription: name, event: event.name, robot: objectKey(robot.namespace, robot.name) },
    ...previewedBody(outcome),
    ...wantedBy(route, event, happened),
  };
}

/** Whether the relay would send the message, and the reason if not. */
function wantedBy(
  { gitee }: GiteeRouteSpec,
  { actions }: RouteEvent,
  happened: GiteeEvent,
): PreviewedCondition {
  const { repository, action, branch, tag } = happened;
  const unwanted = (why: string): PreviewedCondition => ({ condition: false, why });
  if (repository.fullName !== gitee.repository)
    return unwanted(
      `the event is about the repository ${repository.fullName}, and the subscription is about ${gitee.repository}`,
    );
  if (!isWanted(happened, { actions }))
    return unwanted(`the action is ${action}, and the event of the subscription has ${actions?.join(', ')}`);
  if (isWanted(happened, gitee)) return { condition: true };
  return unwanted(
    tag === undefined
      ? `the branch is ${branch ?? 'unknown'}, and spec.gitee.branches has ${gitee.branches?.join(', ')}`
      : `the tag is ${tag}, and spec.gitee.tags has ${gitee.tags?.join(', ')}`,
  );
}

/** Why a body leads to no message at all; undefined if it does lead to some. */
export function giteeProblem(body: unknown, { decision }: Pick<JudgedFiles, 'decision'>): string | undefined {
  const routes = [...decision.plan.giteeRoutes.values()];
  if (routes.length === 0)
    return 'the files have no active subscription to a Gitee repository that the relay serves';
  const events = routes.map(({ gitee }) => readGiteeEvent(body, gitee.baseUrl));
  const [event] = events;
  if (!event) return '--gitee takes a file with the body of a webhook that Gitee has sent about an event';
  if ('kind' in event) return 'the file of --gitee is the body of a ping, which is about no event';
  const triggers = routes.flatMap((route) => route.events.map(({ catalogueName }) => catalogueName));
  if (triggers.includes(event.trigger)) return undefined;
  return `the body is about an event of ${event.trigger}, and the subscriptions have ${[...new Set(triggers)].sort().join(', ')}`;
}
