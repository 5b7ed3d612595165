import {
  type DingTalkRobot,
  GROUP,
  KINDS,
  type NotificationSubscription,
  type NotificationTemplate,
  VERSION,
} from '../api/kinds.ts';
import { ADOPTED_FROM, ADOPTED_IN_PART, GITEE_FINALIZER, RECONCILE_AT } from '../api/names.ts';
import type { RelayRoute } from '../api/relay-route.ts';
import { APP_PROJECTS } from '../cluster/projects.ts';
import { RELAY_ROUTES } from '../cluster/relay-routes.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { reflectorSource } from '../kubernetes/list.ts';
import { announcedSource } from '../kubernetes/metadata-source.ts';
import type { AnnotatedObject, DataObject, KubernetesObject } from '../kubernetes/objects.ts';
import { resourcePath } from '../kubernetes/paths.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import type { ReflectorOptions } from '../kubernetes/reflector-options.ts';
import type { Log } from '../lib/log.ts';
import { own } from '../lib/own.ts';
import { RouteNews } from './route-news.ts';

/** Everything the operator watches. */
export interface Caches {
  readonly robots: Reflector<DingTalkRobot>;
  readonly templates: Reflector<NotificationTemplate>;
  readonly subscriptions: Reflector<NotificationSubscription>;
  readonly configMap: Reflector<DataObject>;
  readonly secret: Reflector<DataObject>;
  readonly argocdConfigMap: Reflector<DataObject>;
  /** Metadata only. */
  readonly namespaces: Reflector<AnnotatedObject>;
  /** The metadata of the AppProjects of the target namespace; empty where Argo CD is not installed yet. */
  readonly projects: Reflector<AnnotatedObject>;
  /** The RelayRoutes of the target namespace; absent if no relay is configured. */
  readonly relayRoutes?: Reflector<RelayRoute>;
}

/** The dependencies of the caches. */
export interface CacheOptions {
  readonly connection: Connection;
  readonly config: OperatorConfiguration;
  readonly log: Log;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Called when something changes that a decision could depend on. */
  readonly onChange: () => void;
}

/** Makes the caches. A cache does not list or watch before it is started. */
export function createCaches(options: CacheOptions): Caches {
  const { namespace, configMap, secret } = options.config.target;
  const custom = ({ plural }: { plural: string }) => ({ group: GROUP, version: VERSION, plural });
  const named = (plural: string, name: string) => ({
    address: { version: 'v1', plural, namespace },
    fieldSelector: `metadata.name=${name}`,
  });
  const target = (plural: string, name: string) => ({ ...named(plural, name), isAnnounced: true });
  return {
    robots: reflector(options, { address: custom(KINDS.robot), transform: neededOf }),
    templates: reflector(options, { address: custom(KINDS.template), transform: neededOf }),
    subscriptions: reflector(options, { address: custom(KINDS.subscription), transform: neededOf }),
    configMap: reflector(options, target('configmaps', configMap)),
    secret: reflector(options, target('secrets', secret)),
    // It only has a URL, which the operator's own configuration can have, too.
    argocdConfigMap: reflector(options, {
      ...named('configmaps', options.config.argocd.configMap),
      mayBeForbidden: true,
    }),
    namespaces: reflector(options, {
      address: { version: 'v1', plural: 'namespaces' },
      transform: metadataOf,
    }),
    projects: reflector(options, {
      address: { ...APP_PROJECTS, namespace },
      transform: metadataOf,
      mayBeMissing: true,
    }),
    ...(options.config.relay.url !== undefined && { relayRoutes: routeCache(options, namespace) }),
  };
}

/** Without the kind or the right to it, relayed robots do not work; all others do. */
function routeCache({ onChange, ...options }: CacheOptions, namespace: string): Reflector<RelayRoute> {
  const news = new RouteNews();
  return reflector<RelayRoute>(
    { ...options, onChange: (event) => void (news.isNews(event) && onChange()) },
    {
      address: { ...RELAY_ROUTES, namespace },
      transform: neededOf,
      mayBeMissing: true,
      mayBeForbidden: true,
    },
  );
}

interface What<T> {
  readonly address: Parameters<typeof resourcePath>[0];
  readonly fieldSelector?: string;
  readonly transform?: (object: T) => T;
  readonly mayBeMissing?: boolean;
  readonly mayBeForbidden?: boolean;
  /** Whether the watch brings the metadata alone: the operator itself makes most of the versions. */
  readonly isAnnounced?: boolean;
}

/**
 * The parts of a custom resource that a decision needs. Labels, annotations and managedFields can be much larger than
 * the resource. A tenant that changes them all the time causes no new decision.
 */
export function neededOf<T extends KubernetesObject>(object: T): T {
  const { name, namespace, uid, resourceVersion, ...others } = object.metadata as CustomMetadata;
  const { generation, creationTimestamp, deletionTimestamp, finalizers = [], annotations = {} } = others;
  const kept = NEEDED_ANNOTATIONS.flatMap((name): [string, string][] => {
    const value = own(annotations, name);
    return value === undefined ? [] : [[name, value.slice(0, MAX_ANNOTATION)]];
  });
  const metadata = {
    ...{ name, namespace, uid, resourceVersion, generation, creationTimestamp },
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    ...(finalizers.includes(GITEE_FINALIZER) && { finalizers: [GITEE_FINALIZER] }),
    ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
  };
  return { ...object, metadata };
}

type CustomMetadata = DingTalkRobot['metadata'];

const NEEDED_ANNOTATIONS = [RECONCILE_AT, ADOPTED_FROM, ADOPTED_IN_PART];

/** No key of a ConfigMap is longer, and the value of a request has no meaning. */
const MAX_ANNOTATION = 253;

function metadataOf({ apiVersion, kind, metadata }: AnnotatedObject): AnnotatedObject {
  return { apiVersion, kind, metadata };
}

type ListeningOptions<T extends KubernetesObject> = Omit<CacheOptions, 'onChange'> &
  Pick<ReflectorOptions<T>, 'onChange'>;

function reflector<T extends KubernetesObject>(options: ListeningOptions<T>, what: What<T>): Reflector<T> {
  const { connection, log, clock, random, onChange } = options;
  const source = what.isAnnounced ? announcedSource : reflectorSource;
  return new Reflector<T>({
    ...source<T>(connection, resourcePath(what.address)),
    name: what.fieldSelector ? `${what.address.plural} ${what.fieldSelector}` : what.address.plural,
    fieldSelector: what.fieldSelector,
    transform: what.transform,
    mayBeMissing: what.mayBeMissing,
    mayBeForbidden: what.mayBeForbidden,
    onChange,
    backoff: { random },
    clock,
    log,
  });
}
