import { parse } from 'yaml';

/** The user interface's URL in the value of `context`; undefined if there is none, or if that is no YAML. */
export function readContextUrl(context: string): string | undefined {
  try {
    const values: unknown = parse(context, { version: '1.1', logLevel: 'silent' });
    const found = (values as { argocdUrl?: unknown } | null)?.argocdUrl;
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined; // A broken context is Argo CD's to report; here it only means that the next source is asked.
  }
}
