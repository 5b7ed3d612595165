import { readContextUrl } from '../../argocd/context-value.ts';
import { CONTEXT_KEY } from '../../argocd/names.ts';
import type { Snapshot } from '../model/snapshot.ts';

/**
 * The URL of Argo CD's user interface, without a slash at the end: that of the configuration, else `argocdUrl` in the `context`
 * of the notifications, else `url` of argocd-cm. A bare host gets https://. Undefined if none of them has it.
 */
export function argocdUrl({ config, target, argocdUrl: url }: Snapshot): string | undefined {
  const context = target.configMap?.data[CONTEXT_KEY];
  const candidates = [config.argocd.url, context === undefined ? undefined : readContextUrl(context), url];
  for (const candidate of candidates) {
    const normal = normalize(candidate);
    if (normal !== undefined) return normal;
  }
  return undefined;
}

function normalize(candidate: string | undefined): string | undefined {
  const text = candidate?.trim();
  if (!text) return undefined;
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  if (url?.username !== '' || url.password !== '') return undefined;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
