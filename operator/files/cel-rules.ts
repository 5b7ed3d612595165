import { Environment } from '@marcbachmann/cel-js';
import type { Schema } from '../api/crd-files.ts';
import { fieldBelow, type Violation } from './violation.ts';

/** The CEL rules of a schema, each at its place. */
export interface CelRules {
  readonly rules: readonly CelRule[];
  readonly properties: ReadonlyMap<string, CelRules>;
  /** The rules of a list's items. */
  readonly items?: CelRules;
  /** The rules of a map's values. */
  readonly values?: CelRules;
}

interface CelRule {
  readonly rule: string;
  readonly message: string;
  /** @throws Error if the rule cannot be evaluated for that value */
  readonly holds: (self: unknown) => boolean;
}

const environment = new Environment({ unlistedVariablesAreDyn: true });

/**
 * Compiles all x-kubernetes-validations of a schema.
 * @throws Error for a rule that is not CEL
 */
export function compileCelRules(schema: Schema): CelRules {
  const validations = (schema['x-kubernetes-validations'] ?? []) as { rule: string; message: string }[];
  const properties = Object.entries(schema.properties ?? {});
  return {
    rules: validations.map(({ rule, message }) => {
      const evaluate = environment.parse(unescaped(rule));
      return { rule, message, holds: (self) => evaluate({ self }) === true };
    }),
    properties: new Map(properties.map(([name, property]) => [name, compileCelRules(property)])),
    ...(schema.items && { items: compileCelRules(schema.items) }),
    ...(schema.additionalProperties && { values: compileCelRules(schema.additionalProperties) }),
  };
}

/**
 * Kubernetes writes a field whose name is a reserved word of CEL as `__namespace__` in a rule, since its own types
 * need it:
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
 */
const unescaped = (rule: string): string => rule.replaceAll(/\.__([a-z]+)__\b/g, '.$1');

/**
 * The rules that a resource breaks. As in the API server, a rule sees the value at its place as `self`. A rule does
 * not run where the value is absent:
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
 * @param resource must be valid by the rest of the schema
 * @throws Error if a rule cannot be evaluated: then the rule is wrong, and not the resource
 */
export function brokenCelRules(resource: unknown, rules: CelRules): Violation[] {
  return brokenAt(celValue(resource), rules, '');
}

function brokenAt(value: unknown, node: CelRules, path: string): Violation[] {
  if (value === undefined) return [];
  return [
    ...node.rules.filter((rule) => !holds(rule, value, path)).map((rule) => violationOf(rule, path)),
    ...[...node.properties].flatMap(([name, inner]) =>
      value instanceof Map ? brokenAt(value.get(name), inner, fieldBelow(path, name)) : [],
    ),
    ...(node.items && Array.isArray(value) ? value : []).flatMap((item, index) =>
      brokenAt(item, node.items as CelRules, `${path}[${index}]`),
    ),
    ...(node.values && value instanceof Map ? [...value] : []).flatMap(([name, inner]) =>
      brokenAt(inner, node.values as CelRules, fieldBelow(path, name)),
    ),
  ];
}

function holds({ rule, holds: evaluate }: CelRule, value: unknown, path: string): boolean {
  try {
    return evaluate(value);
  } catch (cause) {
    throw new Error(`cannot evaluate the CRD's rule ${rule} for ${path || 'the resource'}`, { cause });
  }
}

/** Messages of the operator's rules have the form "the problem: the remedy". */
function violationOf({ message }: CelRule, field: string): Violation {
  const remedy = message.slice(message.indexOf(': ') + 1).trim();
  const hint = `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.`;
  return { reason: 'SchemaViolation', field, message, hint };
}

/** Objects as maps, since a key such as `constructor` may be a property that JavaScript has on every object. */
function celValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(celValue);
  if (value === null || typeof value !== 'object') return value;
  return new Map(Object.entries(value).map(([name, inner]) => [name, celValue(inner)]));
}
