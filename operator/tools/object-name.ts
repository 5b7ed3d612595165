/** Namespace and name of an object. */
export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** `NAMESPACE/NAME`; undefined for anything else. */
export function objectName(text: string): ObjectName | undefined {
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(text) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
