import { stringify } from 'yaml';
import { API_VERSION, KINDS } from '../../api/kinds.ts';
import type { GiteeTrigger } from '../../gitee/events.ts';
import { defaultMessage } from '../../message/catalogue/default-message.ts';
import { describeTrigger } from '../../message/catalogue/descriptions.ts';
import { describeGiteeTrigger, type GiteeDescription } from '../../message/catalogue/gitee-descriptions.ts';
import type { MarkdownSource } from '../../message/catalogue/headline.ts';
import type { Locale, Localised } from '../../message/catalogue/locale.ts';
import {
  type CatalogueTrigger,
  type EventTime,
  nullSafe,
  type TriggerName,
} from '../../message/catalogue/trigger.ts';

/** A trigger as the command prints it; when, oncePer and eventTime as in a custom event. */
export interface CatalogueEntry {
  readonly name: TriggerName;
  readonly summary: string;
  readonly when: { readonly words: string; readonly expression: string };
  /** Absent: the event is sent again whenever the condition becomes true again. */
  readonly oncePer?: string;
  readonly eventTime: string;
  /** The trigger that the same subscription needs beside this one. */
  readonly follows?: TriggerName;
}

export function catalogueEntry(trigger: CatalogueTrigger, locale: Locale): CatalogueEntry {
  const { name, condition, oncePer, eventTime, follows } = trigger;
  const { summary, when } = describeTrigger(name, locale);
  return {
    name,
    summary,
    when: { words: when, expression: condition },
    ...(oncePer !== undefined && { oncePer }),
    eventTime: eventTimeText(eventTime),
    ...(follows !== undefined && { follows }),
  };
}

function eventTimeText(eventTime: EventTime): string {
  if ('path' in eventTime) return nullSafe(eventTime.path);
  if ('list' in eventTime) return `${nullSafe(eventTime.list)}[].${eventTime.item}`;
  return eventTime.expression;
}

const AGAIN: Localised = {
  en: '(none: sent again whenever the condition becomes true again)',
  'zh-CN': '（无：条件每次重新成立时都会再次发送）',
};
/** The age limits of events, for every trigger. */
export const AGE_RULE: Localised = {
  en: 'An event is sent only if it is later than the subscription and not older than limits.maxEventAge.',
  'zh-CN': '仅发送晚于订阅生效时间、且未超过 limits.maxEventAge 的事件。',
};

/** An entry in lines for people. */
export function entryText(entry: CatalogueEntry, locale: Locale): string {
  const { name, summary, when, oncePer, eventTime, follows } = entry;
  return [
    `${name}: ${summary}`,
    `  when:      ${when.words}`,
    `             ${when.expression}`,
    `  oncePer:   ${oncePer ?? AGAIN[locale]}`,
    `  eventTime: ${eventTime}`,
    ...(follows === undefined ? [] : [`  follows:   ${follows}`]),
    '',
  ].join('\n');
}

/** The manifest of a template with the default message, as a starting point. */
function templateManifest(name: string, markdown: MarkdownSource): string {
  const manifest = {
    apiVersion: API_VERSION,
    kind: KINDS.template.kind,
    metadata: { name },
    spec: { message: { markdown } },
  };
  return stringify(manifest, { lineWidth: 0 });
}

const TO_USE: Localised = {
  en: 'The default message, as a template to start from. Change it, apply it, and name it in the event:',
  'zh-CN': '以下为该触发器的默认消息，可作为自定义模板的起点：修改并应用后，在事件中引用它：',
};

/** A trigger and its message, as a manifest with comments. @param entry in lines for people */
export function triggerText(name: string, entry: string, locale: Locale): string {
  const head = `${entry}
${TO_USE[locale]}
  - trigger: ${name}
    template: { name: ${name} }`;
  const comments = head.split('\n').map((line) => `# ${line}`.trimEnd());
  return `${comments.join('\n')}\n${templateManifest(name, defaultMessage(name, locale))}`;
}

/** A trigger about Gitee as the command prints it. */
export interface GiteeEntry extends GiteeDescription {
  readonly name: GiteeTrigger;
}

export const giteeEntry = (name: GiteeTrigger, locale: Locale): GiteeEntry => ({
  name,
  ...describeGiteeTrigger(name, locale),
});

/** An entry in lines for people. */
export function giteeEntryText({ name, summary, actions }: GiteeEntry): string {
  const width = Math.max(...actions.map((action) => action.name.length));
  const lines = actions.map(
    (action, place) =>
      `  ${place === 0 ? 'actions:' : '        '} ${action.name.padEnd(width)} ${action.words}`,
  );
  return [`${name}: ${summary}`, ...lines, ''].join('\n');
}
