import { ResourceLabels } from './label.ts';

/** Annotation on what was adopted: what it takes the place of. By it, what is applied already is known again. */
export const ADOPTED_FROM = 'argocd-dingtalk.io/adopted-from';

/** A custom resource that is in the namespace already. */
export interface ExistingResource {
  readonly kind: string;
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** What an existing resource takes the place of, if it was adopted. */
export const originOf = ({ metadata }: ExistingResource): string | undefined =>
  metadata.annotations?.[ADOPTED_FROM];

/**
 * Names for resources of one kind: that of the resource that was made of the same before, or a new one. What was adopted
 * earlier, and of something else, keeps its name and its content.
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

  /** @param wanted what it is called if that is free */
  metadata(origin: string, wanted: string, namespace: string) {
    const name = this.#known.get(origin) ?? this.#labels.for(wanted);
    return { name, namespace, annotations: { [ADOPTED_FROM]: origin } };
  }
}
