import type { GiteeRouteSpec, RelayRoute } from '../../../api/relay-route.ts';
import { eventKeyName, serviceName, templateKey } from '../../../argocd/names.ts';
import { formatTemplate } from '../../../argocd/template-value.ts';
import { giteeKey, giteeSignature } from '../../../gitee/signature.ts';
import { GITEE } from '../../../gitee/testing/event.ts';
import { routeWith } from '../../testing/routes.ts';

export const INSTALLATION_KEY = 'q5pPZQ2m1aXx0f6Zr8D1b0yqkq8pWmJ3C9w7u4sTnLE';

/** What a test changes of a route. */
export interface GiteeRouteFields {
  readonly namespace?: string;
  readonly name?: string;
  readonly gitee?: Partial<GiteeRouteSpec['gitee']>;
  readonly events?: readonly Pick<GiteeRouteSpec['events'][number], 'catalogueName' | 'actions'>[];
  readonly robots?: readonly Partial<GiteeRouteSpec['robots'][number]>[];
  /** The text of all messages, as a Go template that gives JSON. */
  readonly text?: string;
}

/** A route to the robot of the same namespace, whose messages have the name of the repository. */
export function giteeRoute(fields: GiteeRouteFields = {}): RelayRoute<GiteeRouteSpec> {
  const {
    namespace = 'team-shop',
    name = 'shop',
    text = '{{ .app.repository.full_name | toJson }}',
  } = fields;
  const { gitee, events = [{ catalogueName: 'gitee-push' }], robots = [{}] } = fields;
  const all = robots.map((robot) => ({
    ...{ namespace, name: 'robot', webhook: { name: 'robot', key: 'webhook' } },
    ...{ locale: 'en' as const, timeZone: 'UTC', keywords: [] },
    ...robot,
    service: serviceName(namespace, robot.name ?? 'robot'),
  }));
  const templateOf = (trigger: string) => eventKeyName(namespace, name, trigger);
  const body = `{"msgtype":"markdown","markdown":{"title":"Gitee","text":${text}}}`;
  const webhook = Object.fromEntries(all.map(({ service }) => [service, { method: 'POST', body }]));
  return routeWith<GiteeRouteSpec>({
    subscription: { namespace, name, uid: `uid-${namespace}-${name}`, generation: 1 },
    gitee: { baseUrl: GITEE, repository: 'example/shop', ...gitee },
    configMap: Object.fromEntries(
      events.map(({ catalogueName }) => [
        templateKey(templateOf(catalogueName)),
        formatTemplate({ webhook }),
      ]),
    ),
    events: events.map((event) => ({
      ...event,
      name: event.catalogueName,
      trigger: templateOf(event.catalogueName),
      templates: [templateOf(event.catalogueName)],
    })),
    robots: all,
  });
}

/** The headers of a post by Gitee to the hook of a route. @param at in milliseconds since 1970 */
export function giteeHeaders(
  { spec: { subscription } }: Pick<RelayRoute, 'spec'>,
  at: number,
  { installationKey = INSTALLATION_KEY, isPing = false } = {},
): Record<string, string> {
  const key = giteeKey(installationKey, subscription.uid);
  return {
    'content-type': 'application/json',
    'user-agent': 'git-oschina-hook',
    'x-gitee-token': giteeSignature(key, `${at}`),
    'x-gitee-timestamp': `${at}`,
    'x-gitee-event': 'Push Hook',
    'x-gitee-ping': `${isPing}`,
  };
}

/** The path of a route's hook. */
export const giteePath = ({ spec: { subscription } }: Pick<RelayRoute, 'spec'>): string =>
  `/gitee/${subscription.namespace}/${subscription.name}`;
