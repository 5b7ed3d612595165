import type { Mentions } from '../api/types.generated.ts';

/** What a text for a robot has to contain. */
export interface TextNeeds {
  readonly at: Mentions;
  /** The robot's security keywords: DingTalk accepts a message only if it contains one of them. */
  readonly keywords: readonly string[];
}

/**
 * What has to be added to a text, by the rules of Argo CD's messages: DingTalk shows a mention only where the text has the name,
 * and searches the text for a keyword.
 */
export function textAdditions(text: string, { at, keywords }: TextNeeds, gap: string): string {
  const people = [...(at.mobiles ?? []), ...(at.userIds ?? [])].filter((name) => !mentions(text, name));
  const [first] = keywords;
  const isComplete = first === undefined || keywords.some((keyword) => text.includes(keyword));
  return [
    ...(people.length > 0 ? [people.map((name) => `@${name}`).join(' ')] : []),
    ...(isComplete ? [] : [`— ${first}`]),
  ]
    .map((each) => gap + each)
    .join('');
}

const mentions = (text: string, name: string): boolean =>
  text
    .split(`@${name}`)
    .slice(1)
    .some((rest) => !/^[\w.+-]/.test(rest));

/** As DingTalk's JSON has mentions; nothing if nobody is mentioned. */
export function mentionsField({ mobiles = [], userIds = [], all = false }: Mentions): object {
  if (mobiles.length === 0 && userIds.length === 0 && !all) return {};
  return { at: { atMobiles: mobiles, atUserIds: userIds, isAtAll: all } };
}
