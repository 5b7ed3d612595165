import type { Binding, Loop } from '../syntax/nodes.ts';

/** The names that a template can refer to at one place, from the inside out. */
export interface Scope {
  readonly parent?: Scope;
  readonly bindings: readonly Binding[];
  readonly loop?: Loop;
  /** Blocks around this place. */
  readonly depth: number;
}

export const ROOT_SCOPE: Scope = { bindings: [], depth: 0 };

/** The nearest value of that name, if a block gives one. */
export function findBinding(scope: Scope | undefined, name: string): Binding | undefined {
  for (let at = scope; at; at = at.parent) {
    const found = at.bindings.find((binding) => binding.name === name);
    if (found) return found;
  }
  return undefined;
}

/** The nearest `#each`. */
export function findLoop(scope: Scope | undefined): Loop | undefined {
  for (let at = scope; at; at = at.parent) if (at.loop) return at.loop;
  return undefined;
}

/** The names that blocks give at this place, from the inside out. */
export function namesIn(scope: Scope | undefined): string[] {
  return scope ? [...scope.bindings.map(({ name }) => name), ...namesIn(scope.parent)] : [];
}
