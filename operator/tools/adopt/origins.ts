import { ADOPTED_FROM } from '../../api/names.ts';
import { ResourceLabels } from './label.ts';

/** A custom resource that is in the namespace already. */
export interface ExistingResource {
  readonly kind: string;
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The configuration that an existing resource replaces, if the resource was adopted. */
export const originOf = ({ metadata }: ExistingResource): string | undefined =>
  metadata.annotations?.[ADOPTED_FROM];

/**
 * Names for resources of one kind: the name of an existing resource with the same origin, or a new name. Existing resources of
 * other origins keep their names and contents.
 */
export class Naming {
  readonly #known: ReadonlyMap<string, string>;
  readonly #labels: ResourceLabels;

  constructor(kind: string, existing: readonly ExistingResource[]) {
    const ofKind = existing.filter((each) => each.kind === kind);
    this.#labels = new ResourceLabels(ofKind.map(({ metadata }) => metadata.name));
    this.#known = new Map(
      ofKind.flatMap((each): [string, string][] => {
        const origin = originOf(each);
        return origin === undefined ? [] : [[origin, each.metadata.name]];
      }),
    );
  }

  /** @param wanted the name to use if it is free */
  metadata(origin: string, wanted: string, namespace: string) {
    const name = this.#known.get(origin) ?? this.#labels.for(wanted);
    return { name, namespace, annotations: { [ADOPTED_FROM]: origin } };
  }
}
