import {
  API_VERSION,
  type ApplicationSubscription,
  type DingTalkRobot,
  type GiteeSubscription,
  KINDS,
  type Metadata,
  type NotificationTemplate,
} from '../../api/kinds.ts';
import {
  RELAY_ROUTE,
  type RelayRoute,
  type RelayRouteSpec,
  type RelayRouteStatus,
} from '../../api/relay-route.ts';
import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { shortHash } from '../../argocd/provenance.ts';
import { type OperatorConfiguration, operatorConfigurationSchema } from '../../config/config.ts';
import { decide } from '../decide.ts';
import type { Answers } from '../model/inquiry.ts';
import type { CredentialSecret, LiveObject, RelayInputs, Snapshot, Target } from '../model/snapshot.ts';
import type { Plan } from '../plan/placements.ts';

/** Builders for tests of the pure core. Each gives a valid object, and a test names only the fields that matter to it. */

export const NAMESPACE = 'team-payments';
export const NOW = new Date('2026-11-23T08:00:00Z');
export const TOKEN = 'a1b2'.repeat(16);
export const SECRET = `SEC${'0123456789abcdef'.repeat(4)}`;

const CONFIG_HEAD = { apiVersion: 'config.argocd-dingtalk.io/v1alpha1', kind: 'OperatorConfiguration' };

const UNLIMITED = {
  ...{ subscriptions: 1_000_000, keys: 1_000_000, bytes: 1_000_000_000 },
  ...{ resources: 1_000_000, specBytes: 1_000_000_000, messages: 1_000_000, questions: 1_000_000 },
};

export function config(fields: Record<string, unknown> = {}): OperatorConfiguration {
  const defaults = {
    limits: {
      configMapBytes: 100_000_000,
      secretBytes: 100_000_000,
      perNamespace: UNLIMITED,
      unscopedTriggers: 1_000_000,
    },
    argocd: { url: 'https://argocd.example.com' },
    tenancy: { projects: { payments: [NAMESPACE] } },
  };
  return operatorConfigurationSchema.parse({ ...CONFIG_HEAD, ...defaults, ...fields });
}

/** The same with other limits; durations are in milliseconds, already parsed. */
export function limited(fields: Partial<OperatorConfiguration['limits']>): OperatorConfiguration {
  const whole = config();
  return { ...whole, limits: { ...whole.limits, ...fields } };
}

function metadata(kind: string, fields: Partial<Metadata>): Metadata {
  const named = { namespace: NAMESPACE, name: 'payments', ...fields };
  return {
    uid: `${shortHash(`${kind}/${named.namespace}/${named.name}`)}-0000-4000-8000-000000000000`,
    generation: 1,
    resourceVersion: '1',
    creationTimestamp: '2026-11-23T07:00:00Z',
    ...named,
  };
}

export function robot(
  fields: Partial<Metadata> = {},
  spec: Partial<DingTalkRobot['spec']> = {},
): DingTalkRobot {
  return {
    apiVersion: API_VERSION,
    kind: KINDS.robot.kind,
    metadata: metadata(KINDS.robot.kind, fields),
    spec: {
      webhook: { secretKeyRef: { name: 'payments-dingtalk', key: 'webhook' } },
      signing: { secretKeyRef: { name: 'payments-dingtalk', key: 'secret' } },
      ...spec,
    },
  };
}

export function unsigned(fields: Partial<Metadata> = {}): DingTalkRobot {
  const { spec, ...rest } = robot(fields);
  return { ...rest, spec: { webhook: spec.webhook } };
}

export function template(fields: Partial<Metadata>, raw: string): NotificationTemplate {
  const named = metadata(KINDS.template.kind, fields);
  return { apiVersion: API_VERSION, kind: KINDS.template.kind, metadata: named, spec: { message: { raw } } };
}

export function subscription(
  fields: Partial<Metadata> = {},
  spec: Partial<ApplicationSubscription['spec']> = {},
): ApplicationSubscription {
  return {
    apiVersion: API_VERSION,
    kind: KINDS.subscription.kind,
    metadata: metadata(KINDS.subscription.kind, fields),
    spec: {
      robots: [{ name: 'payments' }],
      applications: { projects: ['payments'] },
      events: [{ trigger: 'on-sync-failed' }],
      ...spec,
    },
  };
}

export function giteeSubscription(
  fields: Partial<Metadata> = {},
  {
    gitee,
    ...spec
  }: Partial<Omit<GiteeSubscription['spec'], 'gitee'>> & {
    readonly gitee?: Partial<GiteeSubscription['spec']['gitee']>;
  } = {},
): GiteeSubscription {
  return {
    apiVersion: API_VERSION,
    kind: KINDS.subscription.kind,
    metadata: metadata(KINDS.subscription.kind, { name: 'gitee', ...fields }),
    spec: {
      robots: [{ name: 'payments' }],
      gitee: {
        repository: 'payments/shop',
        token: { secretKeyRef: { name: 'gitee', key: 'token' } },
        ...gitee,
      },
      events: [{ trigger: 'gitee-push' }],
      ...spec,
    },
  };
}

export const found = (data: Record<string, string>): CredentialSecret => ({ state: 'found', data });

/** The credentials that {@link robot} refers to. */
export function credentials(): Map<string, CredentialSecret> {
  return new Map([[`${NAMESPACE}/payments-dingtalk`, found({ webhook: TOKEN, secret: SECRET })]]);
}

export const liveObject = (data: Record<string, string> = {}, owned: string[] = []): LiveObject => ({
  uid: 'target',
  resourceVersion: '1',
  data,
  owned: new Set(owned),
  managers: [],
  owners: [],
});

/** An engine that accepts everything: for tests that are not about the gate. */
export const ACCEPTING: Answers = { get: () => ({ ok: true, failures: [], samples: [] }) };

/** An engine that has not been asked anything yet. */
export const SILENT: Answers = { get: () => undefined };

export function snapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    now: NOW,
    serverTime: NOW,
    config: config(),
    robots: [],
    templates: [],
    subscriptions: [],
    namespaces: new Map(),
    projects: [],
    credentials: credentials(),
    target: { configMap: liveObject(), secret: liveObject() },
    deliveries: new Map(),
    answers: ACCEPTING,
    ...fields,
  };
}

/** The URL of the relay, for {@link config}. */
export const RELAY_URL = 'http://relay.argocd.svc:8080';

/** An installation whose robots are relayed, and in which the relay has these routes. */
export const relayed = (fields: Partial<Snapshot> = {}, routes: readonly RelayRoute[] = []): Snapshot =>
  snapshot({
    config: config({ relay: { url: RELAY_URL }, robots: { delivery: 'Relay' } }),
    relay: {
      routes: new Map(routes.map((route) => [route.metadata.name, route])),
      newCapability: 'capability',
    },
    ...fields,
  });

/** A live route, loaded by the relay unless its status says otherwise. */
export function liveRoute<Spec extends RelayRouteSpec>(
  name: string,
  spec: Spec,
  { generation = 1, status = { observedGeneration: generation } }: LiveRouteFields = {},
): RelayRoute<Spec> {
  const named = { namespace: 'argocd', name, generation };
  return {
    apiVersion: API_VERSION,
    kind: RELAY_ROUTE.kind,
    metadata: metadata(RELAY_ROUTE.kind, named),
    spec,
    status,
  };
}

interface LiveRouteFields {
  readonly generation?: number;
  readonly status?: RelayRouteStatus;
}

/** The relay after all writes, with unchanged routes as they were: the relay has loaded the others. */
export function afterRouteWrites(
  before: RelayInputs,
  { apply, remove }: ReturnType<typeof decide>['routes'],
): RelayInputs {
  const routes = new Map(before.routes);
  for (const name of remove) routes.delete(name);
  for (const { name, spec } of apply) {
    const generation = (routes.get(name)?.metadata.generation ?? 0) + 1;
    routes.set(name, liveRoute(name, spec, { generation }));
  }
  return { ...before, routes };
}

/** A robot and a subscription to it. */
export const team = (): Partial<Snapshot> => ({ robots: [robot()], subscriptions: [subscription()] });

/** The target after all writes, or after these. */
export function afterWrites(before: Snapshot, steps = decide(before).writes.steps): Target {
  let { configMap, secret } = before.target;
  const projects = new Map(before.target.projects);
  for (const step of steps) {
    if (step.kind === 'subscriptions') {
      const { [SUBSCRIPTIONS_KEY]: _, ...others } = configMap?.data ?? {};
      const data = step.text === undefined ? others : { ...others, [SUBSCRIPTIONS_KEY]: step.text };
      configMap = liveObject(data, [...(configMap?.owned ?? [])]);
    } else if (step.kind === 'project') {
      const { name, resourceVersion, annotation } = step;
      projects.set(name, { resourceVersion, ...(annotation !== undefined && { annotation }) });
    } else if (step.object === 'ConfigMap') configMap = applied(configMap, step.data, step.stale);
    else secret = applied(secret, step.data, step.stale);
  }
  return { configMap, secret, ...(before.target.projects && { projects }) };
}

/** Server-side apply, and the removal of keys that another manager co-owns. */
function applied(object: LiveObject | undefined, data: Plan['secret'], stale: readonly string[]): LiveObject {
  const gone = new Set([...(object?.owned ?? []), ...stale]);
  const others = Object.entries(object?.data ?? {}).filter(([key]) => !gone.has(key));
  return liveObject({ ...Object.fromEntries(others), ...data }, Object.keys(data));
}

/** The snapshot after its own writes, some time later. */
export function settled(before: Snapshot, laterMs = 0): Snapshot {
  const later = (time: Date) => new Date(time.getTime() + laterMs);
  const relay = before.relay && afterRouteWrites(before.relay, decide(before).routes);
  return {
    ...before,
    target: afterWrites(before),
    ...(relay && { relay }),
    now: later(before.now),
    serverTime: later(before.serverTime),
  };
}
