import { headlineOf } from '../message/catalogue/default-message.ts';
import type { Locale } from '../message/catalogue/locale.ts';
import type { StoredMessage } from './model.ts';

/** How many messages say the same. */
export interface CountedKind {
  readonly icon: string;
  /** In the language of the group; not escaped. */
  readonly words: string;
  readonly count: number;
}

/** An Application, or a repository of Gitee, with what is reported about it. */
export interface CountedApplication {
  /** Empty for a repository. */
  readonly namespace: string;
  readonly name: string;
  readonly url?: string;
  /** The worst first. */
  readonly kinds: readonly CountedKind[];
}

/** What is in a digest: both lists have the worst first, and both count each message once. */
export interface DigestCounts {
  readonly kinds: readonly CountedKind[];
  readonly applications: readonly CountedApplication[];
}

/** The icons of the catalogue, the worst first. Events with their own conditions are before the good news, since they may be bad. */
const ORDER = ['🔴', '🟠', '🟡', '🔔'];

const rank = ({ icon }: CountedKind): number => (ORDER.includes(icon) ? ORDER.indexOf(icon) : ORDER.length);

/** Counts messages by kind and by Application. What happened to different subjects of a repository is counted together. */
export function countMessages(messages: readonly StoredMessage[], locale: Locale): DigestCounts {
  const byApplication = Map.groupBy(messages, ({ application: { uid, namespace, name } }) =>
    namespace === '' ? `repository ${name}` : uid,
  );
  const applications = [...byApplication.values()].map((some) => {
    const { namespace, name, url } = (some.at(-1) as StoredMessage).application;
    return { namespace, name, ...(url !== undefined && { url }), kinds: kindsOf(some, locale) };
  });
  return { kinds: kindsOf(messages, locale), applications: applications.sort(byUrgency) };
}

function kindsOf(messages: readonly StoredMessage[], locale: Locale): CountedKind[] {
  const kinds = new Map<string, CountedKind>();
  for (const { event } of messages) {
    const { icon, words } = headlineOf(event.catalogueName, event.name, locale);
    const key = JSON.stringify([icon, words]);
    kinds.set(key, { icon, words, count: (kinds.get(key)?.count ?? 0) + 1 });
  }
  return [...kinds.values()].sort(
    (a, b) => rank(a) - rank(b) || b.count - a.count || compare(a.words, b.words),
  );
}

function byUrgency(a: CountedApplication, b: CountedApplication): number {
  const [worstOfA, worstOfB] = [a.kinds[0] as CountedKind, b.kinds[0] as CountedKind];
  return (
    rank(worstOfA) - rank(worstOfB) ||
    total(b.kinds) - total(a.kinds) ||
    compare(a.name, b.name) ||
    compare(a.namespace, b.namespace)
  );
}

const total = (kinds: readonly CountedKind[]): number => kinds.reduce((sum, { count }) => sum + count, 0);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
