import type { Mentions } from '../api/types.generated.ts';

/** The people whom a rendered message mentions, as DingTalk reads them. */
export function mentionsIn(body: string): Mentions {
  const { at } = (JSON.parse(body) ?? {}) as { readonly at?: Readonly<Record<string, unknown>> | null };
  const [mobiles, userIds] = [textsOf(at?.atMobiles), textsOf(at?.atUserIds)];
  return {
    ...(mobiles.length > 0 && { mobiles }),
    ...(userIds.length > 0 && { userIds }),
    ...(at?.isAtAll === true && { all: true }),
  };
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

/**
 * The page of an Application in Argo CD's user interface: below the URL of the configuration, or as the message links to it.
 * @param argocdUrl of the configuration
 */
export function pageOf(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  argocdUrl: string | undefined,
  body: string,
): string | undefined {
  const page = `/applications/${namespace}/${name}`;
  if (argocdUrl !== undefined) return `${argocdUrl.replace(/\/+$/, '')}${page}`;
  for (const [link] of body.matchAll(LINK)) {
    // The operator's own messages have the page as a parameter of a link for DingTalk's desktop client.
    const url = link.startsWith('http:') || link.startsWith('https:') ? link : decoded(link);
    if (url.endsWith(page)) return url;
  }
  return undefined;
}

const LINK = /https?(?::\/\/[^\s"'()<>\\?#]{1,600}|%3A%2F%2F[\w.~%-]{1,600})/g;

function decoded(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    return '';
  }
}
