import { parse } from 'yaml';

/**
 * A value of Argo CD's ConfigMap or of an annotation as the engine reads it: YAML 1.1; the last of equal keys wins.
 * Undefined if it is not YAML.
 *
 * Reader: https://github.com/kubernetes-sigs/yaml (`Unmarshal`), which is not strict
 */
export function readYaml(text: string): unknown {
  try {
    return parse(text, { version: '1.1', uniqueKeys: false });
  } catch {
    return undefined;
  }
}

/** The fields of a map; none for any other value. */
export function yamlFields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** A map that the engine decodes into a struct. */
export interface YamlStruct<Name extends string> {
  readonly fields: Readonly<Partial<Record<Name, unknown>>>;
  /** The names that are no fields of the struct. */
  readonly others: readonly string[];
}

/**
 * The fields of a struct, also from a value that was parsed into a `Map`. The engine decodes YAML by way of JSON, where the name of a
 * field counts in any case.
 */
export function yamlStruct<Name extends string>(value: unknown, names: readonly Name[]): YamlStruct<Name> {
  const given =
    value instanceof Map ? new Map<unknown, unknown>(value) : new Map(Object.entries(yamlFields(value)));
  const keys = [...given.keys()].map(String);
  const found = names.flatMap((name) => {
    const key = fieldKey(keys, name);
    return key === undefined ? [] : [[name, given.get(key)]];
  });
  const fields = Object.fromEntries(found) as Partial<Record<Name, unknown>>;
  return { fields, others: keys.filter((key) => !names.some((name) => isSameField(key, name))) };
}

/** Of several keys for one field, the engine reads the last one in the order of their bytes: JSON sorts them. */
export const fieldKey = (keys: readonly string[], name: string): string | undefined =>
  keys
    .filter((key) => isSameField(key, name))
    .sort()
    .at(-1);

/** Whether the engine takes a key for a field. */
export const isSameField = (key: string, name: string): boolean => key.toLowerCase() === name.toLowerCase();

/** The items of a list; none for any other value. */
export const yamlItems = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A text; the engine reads a number or a boolean as a text too. */
export function yamlText(value: unknown): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

/** A list of texts. */
export const yamlTexts = (value: unknown): string[] => yamlItems(value).map(yamlText);
