import { parse } from 'yaml';

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
