import type { Schema } from '../../../operator/api/crd-files.ts';
import { brokenCelRules, type CelRules, compileCelRules } from '../../../operator/files/cel-rules.ts';
import { PatternText } from '../pattern-text.ts';
import type { Random } from '../random.ts';
import { goodMessage, mapKey, messageText, nastyText, textFor } from './texts.ts';

/** How a value keeps to its schema: `tame` throughout, as far as some tries find one that does; `wild` mostly. */
export type Manner = 'tame' | 'wild';

/** So many tries for a value that meets its CEL rules: a union of six takes four or so. */
const TRIES = 12;
const LONG = 60_000;
const MOMENTS = ['2026-11-23T07:30:00Z', '2026-11-23T09:00:00Z', '', 'never', '0000-00-00T00:00:00Z'];

/** Makes values of a CRD's schema: every field that is there, so that a new one needs nothing here. */
export class SchemaValues {
  readonly #schema: Schema;
  readonly #rules: CelRules;
  readonly #patterns = new Map<string, PatternText>();

  constructor(schema: Schema) {
    this.#schema = schema;
    this.#rules = compileCelRules(schema);
  }

  /** A value of a field of the resource, `spec` or `status`; undefined where the resource has no such field. */
  field(name: string, random: Random, manner: Manner): unknown {
    const [schema, rules] = [this.#schema.properties?.[name], this.#rules.properties.get(name)];
    return schema && rules && this.#value(schema, rules, name, random, manner);
  }

  #value(schema: Schema, rules: CelRules, name: string, random: Random, manner: Manner): unknown {
    let value = this.#once(schema, rules, name, random, manner);
    if (rules.rules.length === 0 || (manner === 'wild' && random.chance(0.2))) return value;
    for (let tries = 1; tries < TRIES && !meets(value, rules); tries++)
      value = this.#once(schema, rules, name, random, manner);
    return value;
  }

  #once(schema: Schema, rules: CelRules, name: string, random: Random, manner: Manner): unknown {
    if (Array.isArray(schema.enum) && (manner === 'tame' || random.chance(0.95)))
      return random.pick(schema.enum);
    switch (schema.type) {
      case 'object':
        return this.#object(schema, rules, random, manner);
      case 'array':
        return this.#array(schema, rules, name, random, manner);
      case 'boolean':
        return random.chance(0.3);
      case 'integer':
        return random.pick([
          0,
          1,
          2,
          310_000,
          2 ** 31,
          Number.MAX_SAFE_INTEGER,
          ...(manner === 'wild' ? [-1] : []),
        ]);
      case 'string':
        return this.#text(schema, name, random, manner);
      default:
        throw new Error(
          `the fuzzer can make no value of type ${schema.type} (${name}): teach ${import.meta.filename}`,
        );
    }
  }

  #object(schema: Schema, rules: CelRules, random: Random, manner: Manner): Record<string, unknown> {
    const required = new Set(schema.required as string[] | undefined);
    const share = random.pick([0.15, 0.35, 0.6]);
    const fields = Object.entries(schema.properties ?? {}).filter(([name]) =>
      random.chance(required.has(name) ? (manner === 'tame' ? 1 : 0.985) : share),
    );
    const made = fields.map(([name, inner]): [string, unknown] => [
      name,
      this.#value(inner, rules.properties.get(name) as CelRules, name, random, manner),
    ]);
    const { additionalProperties: inner } = schema;
    if (!inner || !rules.values) return Object.fromEntries(made);
    const values = rules.values;
    const count = this.#count(schema.minProperties, schema.maxProperties, random, manner);
    const entries = Array.from({ length: count }, (_, index): [string, unknown] => [
      random.chance(0.9) ? mapKey(random) : `k${index}`,
      this.#value(inner, values, 'value', random, manner),
    ]);
    return Object.fromEntries([...made, ...entries]);
  }

  #array(schema: Schema, rules: CelRules, name: string, random: Random, manner: Manner): unknown[] {
    const { items } = schema;
    if (!items || !rules.items) return [];
    const inner = rules.items;
    const count = this.#count(schema.minItems, schema.maxItems, random, manner);
    const list = Array.from({ length: count }, () => this.#value(items, inner, name, random, manner));
    const isSet = schema['x-kubernetes-list-type'] === 'set';
    return isSet && (manner === 'tame' || random.chance(0.9)) ? [...new Set(list)] : list;
  }

  #count(minimum: unknown, maximum: unknown, random: Random, manner: Manner): number {
    const least = typeof minimum === 'number' ? minimum : 0;
    const most = typeof maximum === 'number' ? maximum : 400;
    if (random.chance(0.03)) return most;
    if (manner === 'wild' && random.chance(0.02)) return random.pick([0, most + 1]);
    return Math.min(most, least + random.pick([0, 0, 0, 1, 1, 2, 4]));
  }

  #text(schema: Schema, name: string, random: Random, manner: Manner): string {
    if (schema.format === 'date-time') return random.pick(MOMENTS);
    const limit = typeof schema.maxLength === 'number' ? schema.maxLength : undefined;
    const most = limit ?? LONG;
    if (manner === 'wild' && random.chance(0.03))
      return random.chance(0.5) ? nastyText(random) : this.#beyond(limit, random);
    const isTame = manner === 'tame';
    const known = random.chance(isTame ? 0.97 : 0.85) ? textFor(name, random, isTame) : undefined;
    const pattern = typeof schema.pattern === 'string' ? this.#pattern(schema.pattern) : undefined;
    const fits = (text: string) =>
      characters(text) <= most &&
      (schema.pattern === undefined || new RegExp(schema.pattern as string, 'u').test(text));
    if (known !== undefined && (fits(known) || (manner === 'wild' && random.chance(0.1)))) return known;
    if (random.chance(0.04))
      return pattern ? pattern.exactly(random, most) : filled(messageText(random), most);
    if (!pattern && isTame && random.chance(0.9)) return goodMessage(random, most);
    const text = pattern ? pattern.short(random, most) : cut(messageText(random), most);
    return text === '' && manner === 'tame' && schema.minLength !== 0 ? 'x' : text;
  }

  /** One character more than there may be, or very many where there may be any number. */
  #beyond(limit: number | undefined, random: Random): string {
    return filled(random.pick(['x', '*', '{{a}}', '"']), limit === undefined ? LONG * 10 : limit + 1);
  }

  #pattern(pattern: string): PatternText {
    const known = this.#patterns.get(pattern) ?? new PatternText(pattern);
    this.#patterns.set(pattern, known);
    return known;
  }
}

/** Whether a value meets the rules at its very place. A rule that can't be evaluated for it is not met. */
function meets(value: unknown, { rules }: CelRules): boolean {
  try {
    return brokenCelRules(value, { rules, properties: new Map() }).length === 0;
  } catch {
    return false;
  }
}

const characters = (text: string): number => [...text].length;
const filled = (text: string, length: number): string =>
  (text || 'x').repeat(Math.ceil(length / (text.length || 1))).slice(0, length);

/** Not in the middle of a character. */
const cut = (text: string, most: number): string =>
  text.length <= most ? text : text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
