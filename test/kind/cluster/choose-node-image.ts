import type { Machine } from '../docker/machine.ts';

/** An image for the nodes of a new cluster, and why it is that one. */
export interface NodeImageChoice {
  /** `named`: that of KIND_NODE_IMAGE; `kind`: the one that kind takes by itself; `built`: the one that is built here. */
  readonly kind: 'named' | 'kind' | 'built';
  /** For the line of progress; a sentence without its full stop. */
  readonly why: string;
}

/** What decides. */
export interface NodeImageFacts {
  /** KIND_NODE_IMAGE. */
  readonly named: string | undefined;
  readonly machine: Machine;
  /** Whether kind's own image is here or in a registry that answers; asked only if it matters. */
  readonly hasKindImage: () => Promise<boolean>;
}

/** Chooses the image. kind's own needs a registry, and a machine that withholds nothing and has cgroup v2. */
export async function chooseNodeImage(facts: NodeImageFacts): Promise<NodeImageChoice> {
  const { named, machine, hasKindImage } = facts;
  if (named) return { kind: 'named', why: `KIND_NODE_IMAGE names ${named}` };
  if (machine.withheld.length > 0)
    return { kind: 'built', why: `kind's own image cannot do without ${machine.withheld.join(', ')}` };
  if (machine.cgroups !== 'v2') return { kind: 'built', why: "kind's own image needs cgroup v2" };
  return (await hasKindImage())
    ? { kind: 'kind', why: "the registry has kind's own image" }
    : { kind: 'built', why: "no registry has answered within 10 s with kind's own image" };
}
