/**
 * The fields that any Kubernetes object has. Everywhere in this folder objects are the API server's JSON as it came:
 * times are strings, Secret data is base64, nothing is dropped or renamed.
 */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
}

/** The metadata that every stored object has. */
export interface ObjectMetadata {
  readonly name: string;
  /** Absent on cluster-scoped objects. */
  readonly namespace?: string;
  /** Differs between two objects that had the same name at different times. */
  readonly uid: string;
  readonly resourceVersion: string;
}

/** An object whose labels, annotations or field owners matter. */
export interface AnnotatedObject extends KubernetesObject {
  readonly metadata: ObjectMetadata & {
    readonly managedFields?: readonly ManagedFields[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
    readonly deletionTimestamp?: string;
  };
}

/** A ConfigMap, or a Secret with its values in base64. */
export interface DataObject extends AnnotatedObject {
  readonly data?: Readonly<Record<string, string>>;
  /** Only a ConfigMap has it; values in base64. */
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** The fields that one manager owns, as the API server records them. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

/**
 * Whether one resourceVersion is later than another of the same resource. Kubernetes compares them as decimal numbers
 * since 1.35. If an API server returns other values, the answer is false: "not known to be newer".
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/5504-comparable-resource-version
 */
export function isNewerVersion(a: string, b: string): boolean {
  const decimal = /^\d+$/;
  return decimal.test(a) && decimal.test(b) && BigInt(a) > BigInt(b);
}
