/** Annotation on a robot: any new value makes the operator check the robot again at once. */
export const RECONCILE_AT = 'argocd-dingtalk.io/reconcile-at';

/** Annotation on an AppProject that grants it to namespaces: names or globs, with commas between them. */
export const GRANTED_NAMESPACES = 'argocd-dingtalk.io/namespaces';

/** The name of a namespace, or a glob that can match one. */
export const NAMESPACE_PATTERN = /^[a-z0-9*?]([-a-z0-9*?]{0,61}[a-z0-9*?])?$/;

/** `namespace/name`, the key by which a CR or a Secret is found. */
export const objectKey = (namespace: string, name: string): string => `${namespace}/${name}`;

/** The `objectKey` of a resource. */
export const resourceKey = ({
  metadata,
}: {
  readonly metadata: { readonly namespace: string; readonly name: string };
}): string => objectKey(metadata.namespace, metadata.name);
