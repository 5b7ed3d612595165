/** Annotation on a robot: any new value makes the operator check the robot again at once. */
export const RECONCILE_AT = 'argocd-dingtalk.io/reconcile-at';

/** Annotation on an AppProject that grants it to namespaces: names or globs, with commas between them. */
export const GRANTED_NAMESPACES = 'argocd-dingtalk.io/namespaces';

/** Annotation on adopted resources: the configuration that they replace. By it, adopt recognises resources that are applied. */
export const ADOPTED_FROM = 'argocd-dingtalk.io/adopted-from';

/** Annotation on an adopted robot: a part of what is sent to the former service stays with Argo CD, so the service stays, too. */
export const ADOPTED_IN_PART = 'argocd-dingtalk.io/adopted-in-part';

/** The finalizer of subscriptions with hooks on Gitee: the operator removes the hooks before the subscription goes. */
export const GITEE_FINALIZER = 'argocd-dingtalk.io/gitee-hooks';

/** The name of a namespace, or a glob that can match one. */
export const NAMESPACE_PATTERN = /^[a-z0-9*?]([-a-z0-9*?]{0,61}[a-z0-9*?])?$/;

/** `namespace/name`, the key by which a CR or a Secret is found. */
export const objectKey = (namespace: string, name: string): string => `${namespace}/${name}`;

interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** The `objectKey` of a resource; the same text each time, so a Map hashes it once. */
export function resourceKey({ metadata }: { readonly metadata: Named }): string {
  const known = resourceKeys.get(metadata);
  if (known !== undefined) return known;
  const key = objectKey(metadata.namespace, metadata.name);
  resourceKeys.set(metadata, key);
  return key;
}

const resourceKeys = new WeakMap<Named, string>();
