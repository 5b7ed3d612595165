import { parse } from 'yaml';
import type { Snapshot } from '../model/snapshot.ts';

/**
 * Where Argo CD's user interface is, without a slash at the end: the configuration says it, else `argocdUrl` in the
 * notifications' own `context`, else `url` of argocd-cm. A bare host gets https://. Undefined if nobody says it.
 */
export function argocdUrl({ config, target, argocdUrl: url }: Snapshot): string | undefined {
  const candidates = [config.argocd.url, contextUrl(target.configMap?.data.context), url];
  for (const candidate of candidates) {
    const normal = normalize(candidate);
    if (normal !== undefined) return normal;
  }
  return undefined;
}

function contextUrl(context: string | undefined): string | undefined {
  if (context === undefined) return undefined;
  try {
    const values: unknown = parse(context, { version: '1.1', logLevel: 'silent' });
    const found = (values as { argocdUrl?: unknown } | null)?.argocdUrl;
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined; // A broken context is Argo CD's to report; here it only means that the next source is asked.
  }
}

function normalize(candidate: string | undefined): string | undefined {
  const text = candidate?.trim();
  if (!text) return undefined;
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  if (url?.username !== '' || url.password !== '') return undefined;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
