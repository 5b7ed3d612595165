import type { Locale, Localised } from './locale.ts';
import type { TriggerName } from './trigger.ts';

/** The purpose of a trigger, and its condition in words. */
export interface Description {
  readonly summary: string;
  readonly when: string;
}

const DESCRIPTIONS: Readonly<Record<TriggerName, { readonly [Part in keyof Description]: Localised }>> = {
  'on-created': {
    summary: { en: 'An application was created', 'zh-CN': '应用已创建' },
    when: { en: 'the application exists', 'zh-CN': '应用存在' },
  },
  'on-deleted': {
    summary: { en: 'An application is being deleted', 'zh-CN': '应用正在删除' },
    when: {
      en: 'the deletion of the application was requested, and a finalizer keeps the application until its resources are gone',
      'zh-CN': '已请求删除应用，且 finalizer 会保留它直至资源清理完毕',
    },
  },
  'on-deployed': {
    summary: { en: 'A sync has succeeded and the application is healthy', 'zh-CN': '同步成功且应用健康' },
    when: {
      en: 'the last sync has succeeded and the health is Healthy',
      'zh-CN': '最近一次同步成功，且健康状态为 Healthy',
    },
  },
  'on-health-degraded': {
    summary: { en: 'The application has degraded', 'zh-CN': '应用健康状态异常' },
    when: {
      en: 'the health is Degraded; together with on-health-recovered, only the first time since the health was Healthy',
      'zh-CN': '健康状态为 Degraded；若同时订阅 on-health-recovered，则恢复健康之前只发送一次',
    },
  },
  'on-health-recovered': {
    summary: { en: 'The application is healthy again', 'zh-CN': '应用已恢复健康' },
    when: {
      en: 'the health is Healthy for the first time since on-health-degraded of the same subscription was sent',
      'zh-CN': '同一订阅发送过 on-health-degraded 之后，健康状态首次变为 Healthy',
    },
  },
  'on-health-suspended': {
    summary: {
      en: 'The application is suspended and waits for a person',
      'zh-CN': '应用已挂起，等待人工处理',
    },
    when: {
      en: 'the health is Suspended, for instance because a rollout is paused',
      'zh-CN': '健康状态为 Suspended，例如发布已暂停',
    },
  },
  'on-sync-failed': {
    summary: { en: 'A sync has failed', 'zh-CN': '同步失败' },
    when: { en: 'the last sync ended as Error or Failed', 'zh-CN': '最近一次同步的结果为 Error 或 Failed' },
  },
  'on-sync-running': {
    summary: { en: 'A sync has started', 'zh-CN': '开始同步' },
    when: { en: 'a sync is running', 'zh-CN': '同步正在进行' },
  },
  'on-sync-status-unknown': {
    summary: {
      en: 'Argo CD cannot tell whether the application is in sync',
      'zh-CN': 'Argo CD 无法判断应用是否已同步',
    },
    when: {
      en: 'the sync status is Unknown, for instance because Git cannot be read',
      'zh-CN': '同步状态为 Unknown，例如无法读取 Git 仓库',
    },
  },
  'on-sync-succeeded': {
    summary: { en: 'A sync has succeeded', 'zh-CN': '同步成功' },
    when: { en: 'the last sync has succeeded', 'zh-CN': '最近一次同步成功' },
  },
};

/** A trigger of the catalogue in words. */
export function describeTrigger(name: TriggerName, locale: Locale): Description {
  const { summary, when } = DESCRIPTIONS[name];
  return { summary: summary[locale], when: when[locale] };
}
