import type { BodyScope, GoContext } from './context.ts';
import { goText, jsonBytes, jsonText } from './literal.ts';

/** Kubernetes' greatest length for each, in characters. */
const MAX = { namespace: 63, name: 253 } as const;

/**
 * The URL of the Application's page, as a text for helpers and plain messages; empty where the URL of Argo CD is
 * unknown.
 */
export function appUrlText(context: GoContext): string {
  const { argocdUrl } = context.scope;
  if (argocdUrl === undefined) return goText('');
  return `(print ${goText(`${argocdUrl}/applications/`)} ${part('namespace', context)} \`/\` ${part('name', context)})`;
}

/**
 * Prints a link to the page that DingTalk's desktop client opens in the browser and not in its side panel, where nobody
 * is logged in (`pc_slide=false`).
 */
export function printAppLink(context: GoContext): string {
  const { argocdUrl } = context.scope;
  if (argocdUrl === undefined) return '';
  const before = `dingtalk://dingtalkclient/page/link?url=${escaped(`${argocdUrl}/applications/`)}`;
  return `${jsonText(before)}{{${part('namespace', context)}}}%2F{{${part('name', context)}}}&pc_slide=false`;
}

/** The target of such a link to any page. */
export const browserLink = (url: string): string =>
  `dingtalk://dingtalkclient/page/link?url=${escaped(url)}&pc_slide=false`;

/** The bytes of a message that the URL uses at most. */
export function appUrlBytes({ argocdUrl }: BodyScope): number {
  if (argocdUrl === undefined) return 0;
  return jsonBytes(escaped(`${argocdUrl}/applications/`)) + MAX.namespace + MAX.name + 100;
}

const escaped = (url: string): string =>
  encodeURIComponent(url).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Kubernetes' names need no escaping. Any other text is escaped and cut to the length of such a name. */
function part(segment: 'namespace' | 'name', context: GoContext): string {
  context.used.add('s');
  return `(printf \`%.${MAX[segment]}s\` (urlquery ${context.table.text(['app', 'metadata', segment])}))`;
}
