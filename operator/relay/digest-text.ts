import { markdownValue } from '../dingtalk/markdown.ts';
import { cutToBytes } from '../lib/cut.ts';
import type { Locale } from '../message/catalogue/locale.ts';
import type { Audience } from '../message/event-message.ts';
import { browserLink } from '../template/go/app-url.ts';
import type { CountedApplication, CountedKind, DigestCounts } from './digest-counts.ts';

/** When the first and the last message of a digest were accepted. */
export interface DigestPeriod {
  readonly from: number;
  readonly to: number;
}

/** How many lines a digest may have of each. */
export interface DigestLimits {
  readonly kinds: number;
  readonly applications: number;
}

/** How many there are of each kind that a line is about. */
interface Subjects {
  readonly applications: number;
  readonly repositories: number;
}

interface Words {
  readonly heading: (messages: number, subjects: Subjects) => string;
  readonly period: (from: string, to: string) => string;
  readonly moment: (at: string) => string;
  readonly colon: string;
  readonly comma: string;
  readonly subjects: (subjects: Subjects) => string;
  readonly moreKinds: (count: number) => string;
  readonly moreSubjects: (subjects: Subjects) => string;
}

const plural = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`;

/** One phrase for each kind that there is, joined. */
const phrases = (
  { applications, repositories }: Subjects,
  and: string,
  ofApplications: (count: number) => string,
  ofRepositories: (count: number) => string,
): string =>
  [
    ...(applications > 0 ? [ofApplications(applications)] : []),
    ...(repositories > 0 ? [ofRepositories(repositories)] : []),
  ].join(and);

const WORDS: Readonly<Record<Locale, Words>> = {
  en: {
    heading: (messages, subjects) =>
      `${plural(messages, 'notification')} about ${phrases(
        subjects,
        ' and ',
        (count) => plural(count, 'application'),
        (count) => plural(count, 'repository', 'repositories'),
      )}`,
    period: (from, to) => `This message sums up the notifications from ${from} to ${to}.`,
    moment: (at) => `This message sums up the notifications of ${at}.`,
    colon: ': ',
    comma: ', ',
    subjects: (subjects) =>
      phrases(
        subjects,
        ', ',
        () => 'Applications',
        () => 'Repositories',
      ),
    moreKinds: (count) => `of other kinds: ${count}`,
    moreSubjects: (subjects) =>
      `and ${phrases(
        subjects,
        ' and ',
        (count) => plural(count, 'more application'),
        (count) => plural(count, 'more repository', 'more repositories'),
      )}`,
  },
  'zh-CN': {
    heading: (messages, subjects) =>
      `${messages} 条通知，涉及 ${phrases(
        subjects,
        '和 ',
        (count) => `${count} 个应用`,
        (count) => `${count} 个仓库`,
      )}`,
    period: (from, to) => `本消息汇总了 ${from} 至 ${to} 的通知。`,
    moment: (at) => `本消息汇总了 ${at} 的通知。`,
    colon: '：',
    comma: '、',
    subjects: (subjects) =>
      phrases(
        subjects,
        '、',
        () => '应用',
        () => '仓库',
      ),
    moreKinds: (count) => `其他通知：${count}`,
    moreSubjects: (subjects) =>
      `另有 ${phrases(
        subjects,
        '和 ',
        (count) => `${count} 个应用`,
        (count) => `${count} 个仓库`,
      )}`,
  },
};

/** The longest text of a name, in bytes, and of a URL: Kubernetes' names have up to 253 characters. */
const MAX_NAME_BYTES = 120;
const MAX_URL_BYTES = 700;
/** How many kinds one Application's line names. */
const MAX_KINDS_OF_ONE = 4;

/** What the list of chats and the notification on a phone show. */
export function digestTitle({ kinds, applications }: DigestCounts, messages: number, locale: Locale): string {
  return `${kinds[0]?.icon ?? '🔔'} ${WORDS[locale].heading(messages, subjectsOf(applications))}`;
}

const subjectsOf = (applications: readonly CountedApplication[]): Subjects => {
  const repositories = applications.filter(({ namespace }) => namespace === '').length;
  return { applications: applications.length - repositories, repositories };
};

/** The text in DingTalk's Markdown, without mentions and keywords. */
export function digestText(
  counts: DigestCounts,
  messages: number,
  { from, to }: DigestPeriod,
  { locale, timeZone }: Audience,
  limits: DigestLimits,
): string {
  const words = WORDS[locale];
  const [begin, end] = [localTime(from, timeZone), localTime(to, timeZone)];
  const kinds = counts.kinds.slice(0, limits.kinds);
  const otherKinds = counts.kinds.slice(limits.kinds).reduce((sum, { count }) => sum + count, 0);
  const shown = counts.applications.slice(0, limits.applications);
  const others = counts.applications.slice(limits.applications);
  const isShared = sharedNames(counts.applications);
  return [
    `### ${digestTitle(counts, messages, locale)}`,
    begin === end ? words.moment(begin) : words.period(begin, end),
    list([
      ...kinds.map((kind) => `${kind.icon} **${nameOf(kind.words)}**${words.colon}${kind.count}`),
      ...(otherKinds > 0 ? [words.moreKinds(otherKinds)] : []),
    ]),
    `**${words.subjects(subjectsOf(counts.applications))}**`,
    list([
      ...shown.map((each) => applicationLine(each, isShared(each.name), words)),
      ...(others.length > 0 ? [words.moreSubjects(subjectsOf(others))] : []),
    ]),
  ].join('\n\n');
}

/** In the form of the catalogue's messages: `2026-11-23 16:00:05`. In UTC where the zone is not known. */
function localTime(at: number, timeZone: string): string {
  const format = (zone: string): string =>
    // Swedish writes dates like this.
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
  try {
    return format(timeZone);
  } catch {
    return format('UTC');
  }
}

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

/** Names are of tenants, and those of events, too. */
const nameOf = (text: string): string => markdownValue(cutToBytes(text, MAX_NAME_BYTES));

function applicationLine(application: CountedApplication, isShared: boolean, words: Words): string {
  const { namespace, name, url, kinds } = application;
  const label = nameOf(isShared ? `${namespace}/${name}` : name);
  const isLink = url !== undefined && /^https?:\/\//.test(url) && url.length <= MAX_URL_BYTES;
  const link = isLink ? `[${label}](${browserLink(url)})` : label;
  const said = kinds.slice(0, MAX_KINDS_OF_ONE).map(timesOf).join(words.comma);
  const more = kinds.length > MAX_KINDS_OF_ONE ? `${words.comma}…` : '';
  return `${kinds[0]?.icon} ${link}${words.colon}${said}${more}`;
}

const timesOf = ({ words, count }: CountedKind): string =>
  count === 1 ? nameOf(words) : `${nameOf(words)} ×${count}`;

/** Whether several Applications have this name, in different namespaces. */
function sharedNames(applications: readonly CountedApplication[]): (name: string) => boolean {
  const counts = Map.groupBy(applications, ({ name }) => name);
  return (name) => (counts.get(name)?.length ?? 0) > 1;
}
