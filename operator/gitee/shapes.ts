import { own } from '../lib/own.ts';
import {
  cutText,
  filled,
  firstLineOf,
  flagOf,
  lineOf,
  objectOf,
  quantityOf,
  readItems,
} from './hostile-values.ts';
import { pageUrl } from './page-url.ts';

/** The greatest numbers of characters, and of items of a list. */
export const GITEE_LIMITS = {
  text: 5_000,
  message: 2_000,
  title: 300,
  name: 200,
  word: 100,
  items: 10,
} as const;

/** A thing of the payload that has fields for templates; undefined if none of them has a value. */
type Shown = Readonly<Record<string, unknown>> | undefined;

/** A person: Gitee gives the account's name in several fields, and the page in two. */
export function person(value: unknown, baseUrl: string): Shown {
  const given = objectOf(value);
  const login = firstRead(given, ['login', 'username', 'user_name'], (each) =>
    lineOf(each, GITEE_LIMITS.name),
  );
  return filled({
    name: lineOf(own(given, 'name'), GITEE_LIMITS.name) ?? login,
    login,
    html_url: firstRead(given, ['html_url', 'url'], (each) => pageUrl(each, baseUrl)),
  });
}

/** A commit of a push. */
export function commit(value: unknown, baseUrl: string): Shown {
  const given = objectOf(value);
  return filled({
    id: lineOf(own(given, 'id'), GITEE_LIMITS.word),
    title: firstLineOf(own(given, 'message'), GITEE_LIMITS.title),
    message: cutText(own(given, 'message'), GITEE_LIMITS.message),
    url: pageUrl(own(given, 'url'), baseUrl),
    timestamp: lineOf(own(given, 'timestamp'), GITEE_LIMITS.word),
    author: person(own(given, 'author'), baseUrl),
  });
}

/** A list of people. */
export const people = (value: unknown, baseUrl: string): readonly Shown[] =>
  readItems(value, GITEE_LIMITS.items, (each) => person(each, baseUrl));

/** The fields that an issue and a pull request have in common. */
export function ticket(value: unknown, baseUrl: string): Readonly<Record<string, unknown>> {
  const given = objectOf(value);
  const word = (name: string) => lineOf(own(given, name), GITEE_LIMITS.word);
  return {
    title: lineOf(own(given, 'title'), GITEE_LIMITS.title),
    body: cutText(own(given, 'body'), GITEE_LIMITS.text),
    state: word('state'),
    html_url: pageUrl(own(given, 'html_url'), baseUrl),
    user: person(own(given, 'user'), baseUrl),
    labels: readItems(own(given, 'labels'), GITEE_LIMITS.items, (each) =>
      lineOf(own(objectOf(each), 'name') ?? each, GITEE_LIMITS.name),
    ),
    milestone: lineOf(own(objectOf(own(given, 'milestone')), 'title'), GITEE_LIMITS.title),
    comments: quantityOf(own(given, 'comments')),
    created_at: word('created_at'),
    updated_at: word('updated_at'),
  };
}

/** The repository; undefined if the payload does not name one. */
export function repository(body: Readonly<Record<string, unknown>>, baseUrl: string) {
  for (const key of ['repository', 'project']) {
    const given = objectOf(own(body, key));
    const fullName = fullNameOf(given);
    if (fullName === undefined) continue;
    const path = fullName.split('/').map(encodeURIComponent).join('/');
    const page = firstRead(given, ['html_url', 'url', 'homepage'], (each) => pageUrl(each, baseUrl));
    return {
      full_name: fullName,
      name: lineOf(own(given, 'name'), GITEE_LIMITS.name),
      namespace: lineOf(own(given, 'namespace'), GITEE_LIMITS.name),
      html_url: page ?? pageUrl(`${baseUrl}/${path}`, baseUrl) ?? baseUrl,
      description: cutText(own(given, 'description'), GITEE_LIMITS.message),
      default_branch: lineOf(own(given, 'default_branch'), GITEE_LIMITS.name),
      private: flagOf(own(given, 'private')),
    };
  }
  return undefined;
}

/** Such as `example/shop`. */
export const fullNameOf = (given: Readonly<Record<string, unknown>>): string | undefined =>
  firstRead(given, ['full_name', 'path_with_namespace'], (each) => lineOf(each, GITEE_LIMITS.name));

/** The first of some fields that a function can read. */
export function firstRead<T>(
  given: Readonly<Record<string, unknown>>,
  names: readonly string[],
  read: (value: unknown) => T | undefined,
): T | undefined {
  for (const name of names) {
    const found = read(own(given, name));
    if (found !== undefined) return found;
  }
  return undefined;
}
