import { own } from '../../lib/own.ts';
import { giteeHeadline, giteeMessage } from './gitee-message.ts';
import type { Headline, MarkdownSource } from './headline.ts';
import type { LinesOfMessage } from './line-forms.ts';
import type { Locale, Localised } from './locale.ts';
import {
  COMPARED_REVISION,
  CONDITIONS,
  CREATED,
  DELETION_REQUESTED,
  FINISHED,
  HEALTH,
  HEALTH_IF_KNOWN,
  HEALTH_SINCE,
  LAST_SYNC,
  LINK,
  PHASE,
  REASON,
  SOURCES,
  STARTED,
  STARTED_BY,
  STATUS_SO_FAR,
  SYNC_STATUS,
  SYNC_STATUS_IF_KNOWN,
  SYNCED_REVISION,
  WHERE,
} from './message-lines.ts';
import type { TriggerName } from './trigger.ts';

interface DefaultMessage {
  readonly icon: string;
  /** The text after the application's name; Handlebars. */
  readonly headline: Localised;
  readonly lines: readonly LinesOfMessage[];
}

const said = (
  icon: string,
  en: string,
  chinese: string,
  ...lines: readonly LinesOfMessage[]
): DefaultMessage => ({
  icon,
  headline: { en, 'zh-CN': chinese },
  lines,
});

const HEALTH_CHANGE = [HEALTH, HEALTH_SINCE, SYNC_STATUS_IF_KNOWN, COMPARED_REVISION];

const MESSAGES: Readonly<Record<TriggerName, DefaultMessage>> = {
  'on-created': said('🆕', 'created', '已创建', WHERE, SOURCES, CREATED),
  'on-deleted': said('⚫', 'is being deleted', '正在删除', WHERE, SOURCES, DELETION_REQUESTED),
  'on-deployed': said('🟢', 'deployed', '已部署', WHERE, SOURCES, SYNCED_REVISION, STARTED_BY, FINISHED),
  'on-health-degraded': said('🔴', 'degraded', '健康状态异常', WHERE, ...HEALTH_CHANGE, LAST_SYNC),
  'on-health-recovered': said('🟢', 'recovered', '已恢复健康', WHERE, ...HEALTH_CHANGE),
  'on-health-suspended': said('🟠', 'suspended', '已挂起，等待处理', WHERE, ...HEALTH_CHANGE),
  'on-sync-failed': said(
    '🔴',
    'sync failed',
    '同步失败',
    WHERE,
    SOURCES,
    PHASE,
    REASON,
    SYNCED_REVISION,
    STARTED_BY,
    FINISHED,
    HEALTH_IF_KNOWN,
  ),
  'on-sync-running': said('🔵', 'sync started', '开始同步', WHERE, SOURCES, STARTED_BY, STARTED),
  'on-sync-status-unknown': said(
    '🟡',
    'sync status unknown',
    '同步状态未知',
    WHERE,
    SOURCES,
    SYNC_STATUS,
    HEALTH_IF_KNOWN,
    CONDITIONS,
  ),
  'on-sync-succeeded': said(
    '🟢',
    'sync succeeded',
    '同步成功',
    WHERE,
    SOURCES,
    SYNCED_REVISION,
    STARTED_BY,
    FINISHED,
    HEALTH_IF_KNOWN,
  ),
};

/** For an event with its own condition: its name, and the facts that every application has. */
const OWN_EVENT = said('🔔', '{{event.name}}', '{{event.name}}', WHERE, STATUS_SO_FAR, COMPARED_REVISION);

/** The headline of a trigger's messages; of an event with its own condition, whose words are its name. */
export function headlineOf(trigger: string | undefined, event: string, locale: Locale): Headline {
  const gitee = trigger === undefined ? undefined : giteeHeadline(trigger, locale);
  if (gitee) return gitee;
  const message = trigger === undefined ? undefined : own(MESSAGES, trigger);
  return message
    ? { icon: message.icon, words: message.headline[locale] }
    : { icon: OWN_EVENT.icon, words: event };
}

/**
 * The message that is sent where an event names no template.
 * @param trigger a trigger of the catalogue or of Gitee; undefined for an event with its own condition
 * @throws Error for a trigger that the catalogue does not have
 */
export function defaultMessage(trigger: string | undefined, locale: Locale): MarkdownSource {
  const gitee = trigger === undefined ? undefined : giteeMessage(trigger, locale);
  if (gitee) return gitee;
  const message = trigger === undefined ? OWN_EVENT : own(MESSAGES, trigger);
  if (!message) throw new Error(`the catalogue has no message for ${trigger}`);
  const title = `${message.icon} {{app.metadata.name}} ${message.headline[locale]}`;
  const lines = [...message.lines, LINK].map((each) => each(locale));
  return { title, text: `### ${title}\n\n${lines.join('')}` };
}
