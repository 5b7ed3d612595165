const MAX_LABEL = 63;

/** Gives out valid Kubernetes names, each once, that resemble the names of the sources. */
export class ResourceLabels {
  readonly #taken: Set<string>;

  constructor(taken: readonly string[] = []) {
    this.#taken = new Set(taken);
  }

  /** @param name any text; the same name asked for again gets another label */
  for(name: string, suffix = ''): string {
    const room = MAX_LABEL - suffix.length;
    const base = label(name, room);
    for (let number = 1; ; number++) {
      const tail = number === 1 ? suffix : `-${number}${suffix}`;
      const found = `${base.slice(0, MAX_LABEL - tail.length).replace(/-+$/, '')}${tail}`;
      if (this.#taken.has(found)) continue;
      this.#taken.add(found);
      return found;
    }
  }
}

function label(name: string, length: number): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, length)
    .replace(/-+$/, '');
  return plain === '' ? 'x' : plain;
}
