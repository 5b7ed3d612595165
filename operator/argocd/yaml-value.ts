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

/** The items of a list; none for any other value. */
export const yamlItems = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A text; the engine reads a number or a boolean as a text too. */
export function yamlText(value: unknown): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

/** A list of texts. */
export const yamlTexts = (value: unknown): string[] => yamlItems(value).map(yamlText);
