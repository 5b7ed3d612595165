/** Characters that DingTalk's Markdown gives a meaning, or that a message would show as look-alikes. */
const MEANT = /[()[\]<>@'*|\\^`{}]/g;

const MAX_CHARACTERS = 900;

/**
 * The URL of a page in a body, if it is a page of the Gitee that the hook belongs to: https, this host or a host below it, without
 * user and password. It is safe to stand in a message: no character in it ends a link or mentions anybody.
 * @param baseUrl of the Gitee, such as `https://gitee.com`
 */
export function pageUrl(value: unknown, baseUrl: string): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_CHARACTERS) return undefined;
  const url = URL.parse(value);
  const site = URL.parse(baseUrl)?.host;
  if (!url || !site || url.protocol !== 'https:' || url.username !== '' || url.password !== '')
    return undefined;
  if (url.host !== site && !url.host.endsWith(`.${site}`)) return undefined;
  const safe = url.href.replace(
    MEANT,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return safe.length <= MAX_CHARACTERS ? safe : undefined;
}
