import {
  parseKey,
  SUBSCRIPTIONS_KEY,
  serviceName,
  subscriptionKeyName,
} from '../../../operator/argocd/names.ts';
import {
  projectSubscriptions,
  readProjectSubscriptions,
} from '../../../operator/argocd/project-annotation.ts';
import { readProvenance } from '../../../operator/argocd/provenance.ts';
import {
  readBlock,
  type SubscriptionEntry,
  spliceBlock,
} from '../../../operator/argocd/subscriptions-block/subscriptions-block.ts';
import type { LiveObject, Snapshot, Target } from '../../../operator/core/model/snapshot.ts';
import { GOOD, GOOD_NAME } from './good-team.ts';

/** The name of the good team's service, and of its key in the Secret. */
export const GOOD_SERVICE = serviceName(GOOD, GOOD_NAME);

const GOOD_TRIGGERS = `${subscriptionKeyName(GOOD, GOOD_NAME)}_`;

/** Whether an entry of the shared key is the good team's. */
export const isGoodEntry = ({ triggers }: SubscriptionEntry): boolean =>
  triggers.some((trigger) => trigger.startsWith(GOOD_TRIGGERS));

/** The namespace of the resource that a key of the operator belongs to; undefined for any other key. */
function namespaceOf(key: string): string | undefined {
  const owner = parseKey(key);
  return owner && owner.kind !== 'relay' ? owner.namespace : undefined;
}

/** The good team's keys and values of an object. */
export function goodPart(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).filter(([key]) => namespaceOf(key) === GOOD));
}

/** The same world, as it would be if the good team were the only one; what has nothing to do with the operator stays. */
export function alone(snapshot: Snapshot): Snapshot {
  const own = <T extends { readonly metadata: { readonly namespace: string } }>(resources: readonly T[]) =>
    resources.filter(({ metadata }) => metadata.namespace === GOOD);
  return {
    ...snapshot,
    robots: own(snapshot.robots),
    templates: own(snapshot.templates),
    subscriptions: own(snapshot.subscriptions),
    credentials: new Map([...snapshot.credentials].filter(([name]) => name.startsWith(`${GOOD}/`))),
    target: targetAlone(snapshot.target),
  };
}

function targetAlone({ configMap, secret, projects }: Target): Target {
  return {
    ...(configMap && { configMap: configMapAlone(configMap) }),
    ...(secret && { secret: only(secret, (key) => !secret.owned.has(key) || key === GOOD_SERVICE) }),
    ...(projects && {
      projects: new Map(
        [...projects].map(([name, project]) => [
          name,
          { ...project, ...annotationAlone(project.annotation) },
        ]),
      ),
    }),
  };
}

function configMapAlone(configMap: LiveObject): LiveObject {
  const isOthers = (key: string) => {
    return (
      parseKey(key) !== undefined &&
      namespaceOf(key) !== GOOD &&
      readProvenance(configMap.data[key] ?? '') !== undefined
    );
  };
  const rest = only(configMap, (key) => !isOthers(key));
  const { [SUBSCRIPTIONS_KEY]: text, ...others } = rest.data;
  const spliced = spliceBlock(text, readBlock(text).entries.filter(isGoodEntry));
  const shared = spliced.ok ? spliced.text : text;
  return { ...rest, data: { ...others, ...(shared !== undefined && { [SUBSCRIPTIONS_KEY]: shared }) } };
}

function only(object: LiveObject, stays: (key: string) => boolean): LiveObject {
  const data = Object.fromEntries(Object.entries(object.data).filter(([key]) => stays(key)));
  return { ...object, data, owned: new Set([...object.owned].filter(stays)) };
}

function annotationAlone(annotation: string | undefined): { annotation?: string } {
  if (annotation === undefined) return {};
  const own = readProjectSubscriptions(annotation).filter(isGoodEntry);
  // `undefined` would stay as a field of the project that this is spread over.
  return { annotation: own.length > 0 ? projectSubscriptions(own) : '[]' };
}
