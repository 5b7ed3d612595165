/**
 * Nil-safe field access for Argo CD's Go templates. There, a field of null or of a string ends the send with an
 * error and a missing one prints `<no value>`. So every step on the way is first replaced by an empty map unless it
 * is one; the last step then always yields a value or nothing.
 */
export class GoPaths {
  readonly #variables = new Map<string, string>();
  readonly #declarations: string[] = ['{{$e:=dict}}'];

  /** The Go template expression for a dotted path of plain identifiers, such as `app.status.health.status`. */
  access(path: string): string {
    const steps = path.split('.');
    const leaf = steps.pop();
    return steps.length === 0 ? `.${leaf}` : `${this.#node(steps)}.${leaf}`;
  }

  /** The declarations of all steps used so far; they go in front of what uses them. */
  declarations(): string {
    return this.#declarations.join('');
  }

  #node(steps: readonly string[]): string {
    const path = steps.join('.');
    const known = this.#variables.get(path);
    if (known) return known;
    const parent = steps.length === 1 ? '' : this.#node(steps.slice(0, -1));
    const value = `${parent}.${steps.at(-1)}`;
    const variable = `$v${this.#variables.size}`;
    this.#variables.set(path, variable);
    this.#declarations.push(`{{${variable}:=ternary ${value} $e (kindIs "map" ${value})}}`);
    return variable;
  }
}
