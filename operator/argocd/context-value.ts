import { parse } from 'yaml';
import { yamlSafeJson } from '../lib/json.ts';

/** The user interface's URL in the value of `context`; undefined if there is none, or if `context` is not YAML. */
export function readContextUrl(context: string): string | undefined {
  try {
    const values: unknown = parse(context, { version: '1.1', logLevel: 'silent' });
    const found = (values as { argocdUrl?: unknown } | null)?.argocdUrl;
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined; // Argo CD reports a broken context; here the next source of the URL is used.
  }
}

/**
 * The value of `context`.
 * @throws TypeError for a text with a lone surrogate, RangeError for a name of more than 1024 characters
 */
export const formatContext = (context: Readonly<Record<string, string>>): string => yamlSafeJson(context);
