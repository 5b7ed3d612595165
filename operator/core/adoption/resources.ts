import { API_VERSION, KINDS } from '../../api/kinds.ts';
import type {
  DingTalkRobotSpec,
  NotificationSubscriptionSpec,
  NotificationTemplateSpec,
  SubscribedEvent,
} from '../../api/types.generated.ts';
import type { CarriedEvent } from './carry.ts';
import { Labels } from './label.ts';
import type { DingTalkService } from './robots.ts';
import { parseSelector } from './selector.ts';
import type { Unit } from './units.ts';

/** A manifest of ours as a person would write it. */
export interface Draft<Kind extends string, Spec> {
  readonly apiVersion: string;
  readonly kind: Kind;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Spec;
}

/** A robot's credentials. */
export interface CredentialsDraft {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: { readonly name: string; readonly namespace: string };
  /** Secret; undefined where it is not known. */
  readonly webhook: string | undefined;
}

/** All that takes the place of what is taken over. */
export interface Resources {
  readonly credentials: readonly CredentialsDraft[];
  readonly robots: readonly Draft<'DingTalkRobot', DingTalkRobotSpec>[];
  readonly templates: readonly Draft<'NotificationTemplate', NotificationTemplateSpec>[];
  readonly subscriptions: readonly Draft<'NotificationSubscription', NotificationSubscriptionSpec>[];
}

const MAX_EVENTS = 20;
const MAX_ROBOTS = 10;
const CREDENTIAL_KEY = 'webhook';

/** Makes the custom resources for the units that can be taken over. */
export function resourcesFor(
  units: readonly Unit[],
  services: ReadonlyMap<string, DingTalkService>,
  namespace: string,
): Resources {
  const heard = groupByService(units);
  const names = new Labels();
  const robotNames = new Map([...heard.keys()].map((service) => [service, names.for(service)]));
  const robotName = (service: string): string => robotNames.get(service) ?? '';
  const templates = templatesFor(heard, namespace);
  const metadata = (name: string) => ({ name, namespace });
  const secretName = (service: string): string => `${robotName(service).slice(0, 240)}-webhook`;
  return {
    credentials: [...heard.keys()].map((service) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata(secretName(service)),
      webhook: services.get(service)?.url,
    })),
    robots: [...heard.keys()].map((service) => ({
      apiVersion: API_VERSION,
      kind: KINDS.robot.kind,
      metadata: metadata(robotName(service)),
      spec: { webhook: { secretKeyRef: { name: secretName(service), key: CREDENTIAL_KEY } } },
    })),
    templates: templates.drafts,
    subscriptions: subscriptionsFor(heard, robotName, templates.nameOf, namespace),
  };
}

/** What one service hears: events by selector, '' for all Applications. */
type Heard = ReadonlyMap<string, readonly CarriedEvent[]>;

/** The engine sends one event once to each service, however many entries say so. */
function groupByService(units: readonly Unit[]): ReadonlyMap<string, Heard> {
  const found = new Map<string, Map<string, Map<string, CarriedEvent>>>();
  for (const { service, events, entry } of units) {
    if (!events) continue;
    const selectors = found.get(service) ?? new Map<string, Map<string, CarriedEvent>>();
    const selector = entry.selector ?? '';
    const group = selectors.get(selector) ?? new Map<string, CarriedEvent>();
    for (const event of events) group.set(`${event.trigger}[${event.index}]`, event);
    found.set(service, selectors.set(selector, group));
  }
  return new Map(
    [...found].map(([service, selectors]) => {
      const forAll = selectors.get('');
      const heard = [...selectors].map(([selector, group]): [string, CarriedEvent[]] => [
        selector,
        [...group].flatMap(([key, event]) => (selector !== '' && forAll?.has(key) ? [] : [event])),
      ]);
      return [service, new Map(heard.filter(([, events]) => events.length > 0))];
    }),
  );
}

/** One template for each body; it is called like the template that the body comes from. */
function templatesFor(heard: ReadonlyMap<string, Heard>, namespace: string) {
  const bodies = new Map<string, Map<string, string>>();
  for (const [service, selectors] of heard) {
    for (const { template } of [...selectors.values()].flat()) {
      if (!template) continue;
      const known = bodies.get(template.name) ?? new Map<string, string>();
      if (!known.has(template.body)) known.set(template.body, service);
      bodies.set(template.name, known);
    }
  }
  const labels = new Labels();
  const names = new Map<string, string>();
  const drafts = [...bodies].flatMap(([template, variants]) =>
    [...variants].map(([body, service]): Resources['templates'][number] => {
      const name = labels.for(variants.size === 1 ? template : `${template}-${service}`);
      names.set(JSON.stringify([template, body]), name);
      return {
        apiVersion: API_VERSION,
        kind: KINDS.template.kind,
        metadata: { name, namespace },
        spec: { message: { raw: body } },
      };
    }),
  );
  const nameOf = ({ name, body }: NonNullable<CarriedEvent['template']>): string =>
    names.get(JSON.stringify([name, body])) ?? '';
  return { drafts, nameOf };
}

/** Services that hear the same of the same Applications share a subscription. */
function subscriptionsFor(
  heard: ReadonlyMap<string, Heard>,
  robotName: (service: string) => string,
  templateName: (template: NonNullable<CarriedEvent['template']>) => string,
  namespace: string,
): Resources['subscriptions'] {
  const groups = new Map<string, { selector: string; events: SubscribedEvent[]; robots: string[] }>();
  for (const [service, selectors] of heard) {
    for (const [selector, carried] of selectors) {
      const events = subscribedEvents(carried, templateName);
      const key = JSON.stringify([selector, events]);
      const group = groups.get(key) ?? { selector, events, robots: [] };
      groups.set(key, { ...group, robots: [...group.robots, robotName(service)] });
    }
  }
  const labels = new Labels();
  return [...groups.values()].flatMap(({ selector, events, robots }) =>
    chunks(robots, MAX_ROBOTS).flatMap((someRobots) =>
      chunks(events, MAX_EVENTS).map((someEvents) => ({
        apiVersion: API_VERSION,
        kind: KINDS.subscription.kind,
        metadata: { name: labels.for(someRobots[0] ?? ''), namespace },
        spec: {
          robots: someRobots.map((name) => ({ name })),
          applications: selector === '' ? { all: true } : { selector: parseSelector(selector) ?? {} },
          events: someEvents,
        },
      })),
    ),
  );
}

function subscribedEvents(
  carried: readonly CarriedEvent[],
  templateName: (template: NonNullable<CarriedEvent['template']>) => string,
): SubscribedEvent[] {
  const labels = new Labels();
  return carried.map(({ trigger, index, of, condition, template }): SubscribedEvent => {
    const name = labels.for(trigger, of > 1 ? `-${index + 1}` : '');
    const content = template && { template: { name: templateName(template) } };
    if (!('catalogue' in condition)) return { name, ...condition, ...content };
    const { catalogue } = condition;
    return { trigger: catalogue, ...(name !== catalogue && { name }), ...content };
  });
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, index) => list.slice(index * size, (index + 1) * size));
}
