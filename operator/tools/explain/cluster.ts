import {
  type DingTalkRobot,
  GROUP,
  KINDS,
  type NotificationSubscription,
  type NotificationTemplate,
  VERSION,
} from '../../api/kinds.ts';
import { objectKey } from '../../api/names.ts';
import { listEvery, orUnseen, readAccess, readRelay, type Unseen } from '../../cluster/cluster-reader.ts';
import { liveConfigMap, liveSecret } from '../../cluster/live-object.ts';
import { readCredential, readCredentials } from '../../cluster/read-credential.ts';
import { findRunningOperator, OPERATOR_LEASE } from '../../cluster/running-operator.ts';
import { readObject } from '../../cluster/target-reader.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Snapshot } from '../../core/model/snapshot.ts';
import { forAsking } from '../../files/given-access.ts';
import { orAssumed } from '../../files/overlay.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { ServerClock } from '../../kubernetes/server-clock.ts';
import { type KnownConfiguration, withoutDoubt } from '../known-configuration.ts';
import type { ClusterView, OperatorPresence } from './cluster-view.ts';
import { readControllers } from './controllers.ts';

/** A cluster as the caller may see it, not decided yet. */
export type SeenCluster = Omit<ClusterView, 'decision'>;

/**
 * Reads the objects that the operator would watch, as far as the caller may: at least the custom resources of the namespace.
 * @param unseen called for each object that the caller may not read
 * @throws ForbiddenError for the namespace's own custom resources, or another error of a request
 */
export async function seeCluster(
  connection: Connection,
  { config, knows, version }: KnownConfiguration,
  namespace: string,
  clock: ServerClock,
  unseen: Unseen,
): Promise<SeenCluster> {
  const { request } = connection;
  const { target, argocd } = config;
  const read = (plural: string, name: string) =>
    seen(readObject(request, { version: 'v1', plural, namespace: target.namespace, name }), unseen);
  const [robots, templates, subscriptions, access, configMap, secret, argocdConfigMap, relay, controllers] =
    await Promise.all([
      listCustom<DingTalkRobot>(connection, KINDS.robot.plural, namespace, unseen),
      listCustom<NotificationTemplate>(connection, KINDS.template.plural, namespace, unseen),
      listCustom<NotificationSubscription>(connection, KINDS.subscription.plural, namespace, unseen),
      readAccess(request, config, unseen),
      read('configmaps', target.configMap),
      read('secrets', target.secret),
      read('configmaps', argocd.configMap),
      readRelay(request, config, unseen),
      readControllers(request, config, unseen),
    ]);
  const otherNamespaces = [robots, templates].every(({ all }) => all);
  const presence = await operatorPresence(connection, config, version, clock);
  const now = new Date();
  const own = robots.items.filter(({ metadata }) => metadata.namespace === namespace);
  const credentials = await readCredentials(readCredential(connection), own);
  const sees = {
    configMap: configMap.seen,
    secret: secret.seen,
    argocdUrl: argocdConfigMap.seen,
    otherNamespaces,
    relayRoutes: relay.seesRoutes,
    settings: knows.settings,
    grants: knows.grants && (access.seesProjects || config.tenancy.mode === 'open'),
  };
  const given: Snapshot = {
    now,
    serverTime: clock.now(),
    config,
    robots: robots.items,
    templates: templates.items,
    subscriptions: subscriptions.items,
    ...access.rules,
    credentials: orAssumed(withOthersUnread(credentials, robots.items), robots.items.filter(isNotRefused)),
    target: {
      configMap: liveConfigMap(configMap.value),
      secret: liveSecret(secret.value),
      ...access.routes,
    },
    argocdUrl: argocdConfigMap.value?.data?.url,
    ...relay.inputs,
    deliveries: new Map(),
    answers: new Map(),
  };
  const snapshot = forAsking(withoutDoubt(given, knows));
  const assumed = [...credentials].filter(([, { state }]) => state === 'unreadable').map(([key]) => key);
  return { snapshot, presence, sees, controllers, assumed: new Set(assumed) };
}

/** A refusal by the operator is more reliable than the assumption that credentials are valid if the caller may not read them. */
function isNotRefused({ status, metadata }: DingTalkRobot): boolean {
  const accepted = status?.conditions?.find(({ type }) => type === 'Accepted');
  return !(accepted?.status === 'False' && status?.observedGeneration === metadata.generation);
}

/** Credentials of other namespaces are never read here. */
function withOthersUnread(
  own: Snapshot['credentials'],
  robots: readonly DingTalkRobot[],
): Snapshot['credentials'] {
  const unread = { state: 'unreadable', message: 'the Secret was not read' } as const;
  const all = robots.flatMap(({ metadata, spec }) =>
    [spec.webhook, spec.signing].flatMap((field) =>
      field ? [objectKey(metadata.namespace, field.secretKeyRef.name)] : [],
    ),
  );
  return new Map([...all.map((key) => [key, unread] as const), ...own]);
}

async function listCustom<T extends KubernetesObject>(
  { request }: Connection,
  plural: string,
  namespace: string,
  unseen: Unseen,
): Promise<{ readonly all: boolean; readonly items: readonly T[] }> {
  const address = { group: GROUP, version: VERSION, plural };
  const all = await orUnseen(listEvery<T>(request, address), unseen);
  return all
    ? { all: true, items: all }
    : { all: false, items: await listEvery<T>(request, { ...address, namespace }) };
}

async function seen<T>(
  reading: Promise<T | undefined>,
  unseen: Unseen,
): Promise<{ readonly seen: boolean; readonly value?: T | undefined }> {
  let isSeen = true;
  const value = await orUnseen(reading, (message) => {
    isSeen = false;
    unseen(message);
  });
  return { seen: isSeen, value };
}

async function operatorPresence(
  { request }: Connection,
  { target }: OperatorConfiguration,
  version: string | undefined,
  clock: ServerClock,
): Promise<OperatorPresence> {
  const lease = `Lease ${target.namespace}/${OPERATOR_LEASE}`;
  const running = await findRunningOperator(request, target.namespace, () => clock.now());
  switch (running.state) {
    case 'running':
      return {
        state: 'running',
        detail: `${lease} is held by ${running.holder}${version === undefined ? '' : `, version ${version}`}`,
      };
    case 'none':
      return { state: 'none', detail: `nobody holds ${lease}` };
    case 'unknown':
      return { state: 'unknown', detail: running.message };
  }
}
