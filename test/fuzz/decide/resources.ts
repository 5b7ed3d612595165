import { crdSchemas } from '../../../operator/api/crd-schemas.ts';
import {
  API_VERSION,
  type DingTalkRobot,
  KINDS,
  type Metadata,
  type NotificationSubscription,
  type NotificationTemplate,
} from '../../../operator/api/kinds.ts';
import { RECONCILE_AT } from '../../../operator/api/names.ts';
import type { Random } from '../random.ts';
import { type Manner, SchemaValues } from './schema-values.ts';
import { NAMES, NAMESPACES, nastyText } from './texts.ts';

/** A custom resource of any kind. */
export type AnyResource = DingTalkRobot | NotificationTemplate | NotificationSubscription;

/** The lists of a snapshot that hold custom resources. */
export type Kind = 'robots' | 'templates' | 'subscriptions';

const KIND_NAMES = {
  robots: KINDS.robot.kind,
  templates: KINDS.template.kind,
  subscriptions: KINDS.subscription.kind,
} as const;

/** All lists that hold custom resources. */
export const RESOURCE_KINDS = Object.keys(KIND_NAMES) as readonly Kind[];

/** Names that only an older CRD let through. */
const OLD_NAMES = ['a.b', 'c'.repeat(200)];
const TIMES = ['2026-11-23T06:30:00Z', '2026-11-23T07:00:00Z', '2026-11-23T07:59:59Z'];

/** Makes custom resources by the CRDs that are shipped. */
export class ResourceMaker {
  readonly #values: ReadonlyMap<string, SchemaValues>;

  private constructor(values: ReadonlyMap<string, SchemaValues>) {
    this.#values = values;
  }

  static async load(): Promise<ResourceMaker> {
    const schemas = await crdSchemas();
    return new ResourceMaker(new Map(schemas.map(({ kind, schema }) => [kind, new SchemaValues(schema)])));
  }

  /** A resource that nobody has seen before, in one of these namespaces. */
  make(kind: Kind, random: Random, manner: Manner, namespaces: readonly string[] = NAMESPACES): AnyResource {
    const metadata: Metadata = {
      namespace: random.pick(manner === 'tame' && random.chance(0.7) ? namespaces.slice(0, 2) : namespaces),
      name: nameOf(random, manner),
      uid: newUid(random),
      generation: 1,
      resourceVersion: '1',
      creationTimestamp: random.pick(TIMES),
      ...(random.chance(0.05) && { annotations: { [RECONCILE_AT]: nastyText(random) } }),
      ...(random.chance(0.03) && { deletionTimestamp: '2026-11-23T07:59:59Z' }),
    };
    return this.edited(
      { apiVersion: API_VERSION, kind: KIND_NAMES[kind], metadata } as AnyResource,
      random,
      manner,
    );
  }

  /** The same with another spec, and now and then with another status, too. */
  edited(resource: AnyResource, random: Random, manner: Manner): AnyResource {
    const values = this.#values.get(resource.kind) as SchemaValues;
    const hasStatus = manner === 'wild' && random.chance(0.1);
    return {
      ...resource,
      // Of an older CRD a resource may even have none.
      ...((manner === 'tame' || random.chance(0.995)) && { spec: values.field('spec', random, manner) }),
      ...(hasStatus && { status: values.field('status', random, manner) }),
    } as AnyResource;
  }
}

function nameOf(random: Random, manner: Manner): string {
  if (manner === 'wild' && random.chance(0.03)) return random.pick(OLD_NAMES);
  return random.pick(manner === 'tame' && random.chance(0.7) ? NAMES.slice(0, 3) : NAMES);
}

/** A uid as Kubernetes makes them. */
export function newUid(random: Random): string {
  const hex = (length: number) => random.many(length, length, () => random.int(0, 15).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4000-8000-${hex(12)}`;
}
