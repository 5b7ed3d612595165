import { parse } from 'yaml';
import type { Snapshot } from '../model/snapshot.ts';

/**
 * The URL of Argo CD's user interface, without a slash at the end: that of the configuration, else `argocdUrl` in the `context`
 * of the notifications, else `url` of argocd-cm. A bare host gets https://. Undefined if none of them has it.
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
    return undefined; // Argo CD reports a broken context. Here it means that the next source counts.
  }
}

function normalize(candidate: string | undefined): string | undefined {
  const text = candidate?.trim();
  if (!text) return undefined;
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  if (url?.username !== '' || url.password !== '') return undefined;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
