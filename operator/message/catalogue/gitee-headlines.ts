import type { GiteeTrigger } from '../../gitee/events.ts';
import type { Localised } from './locale.ts';

/** Texts by action, and the text for all other actions. A title has 256 characters at most, so the action gets a short name. */
const byAction = (root: string, texts: Readonly<Record<string, string>>, otherwise: string): string => {
  const cases = Object.entries(texts).map(
    ([action, text], place) => `{{${place === 0 ? '#' : 'else '}if (eq is "${action}")}}${text}`,
  );
  return `{{#with ${root}.action as |is|}}${cases.join('')}{{else}}${otherwise}{{/if}}{{/with}}`;
};

/** The text after the repository's name in Handlebars, which says what has happened to what. */
export const GITEE_HEADLINES: Readonly<Record<GiteeTrigger, Localised>> = {
  'gitee-push': {
    en: byAction(
      'push',
      { create: 'branch {{push.branch}} created', delete: 'branch {{push.branch}} deleted' },
      'push to {{push.branch}}',
    ),
    'zh-CN': byAction(
      'push',
      { create: '新建分支 {{push.branch}}', delete: '删除分支 {{push.branch}}' },
      '推送到 {{push.branch}}',
    ),
  },
  'gitee-tag': {
    en: `tag {{tag.name}} ${byAction('tag', { delete: 'deleted' }, 'created')}`,
    'zh-CN': `${byAction('tag', { delete: '删除' }, '新建')}标签 {{tag.name}}`,
  },
  'gitee-issue': {
    en: `issue #{{issue.number}} ${byAction('issue', { close: 'closed', delete: 'deleted', update: 'updated' }, '{{is}}ed')}`,
    'zh-CN': `${byAction(
      'issue',
      { open: '新建', close: '关闭', reopen: '重新打开', delete: '删除', assign: '指派' },
      '更新',
    )} Issue #{{issue.number}}`,
  },
  'gitee-pull-request': {
    en: `pull request !{{pullRequest.number}} ${byAction(
      'pullRequest',
      { close: 'closed', merge: 'merged', update: 'updated' },
      '{{is}}ed',
    )}`,
    'zh-CN': `${byAction(
      'pullRequest',
      { open: '新建', close: '关闭', reopen: '重新打开', merge: '合并' },
      '更新',
    )} Pull Request !{{pullRequest.number}}`,
  },
  'gitee-comment': {
    en:
      'comment on {{#if issue.number}}issue #{{issue.number}}{{else if pullRequest.number}}pull request !{{pullRequest.number}}' +
      '{{else if note.short_commit_id}}commit {{short note.short_commit_id}}{{else}}the repository{{/if}}',
    'zh-CN':
      '评论{{#if issue.number}} Issue #{{issue.number}}{{else if pullRequest.number}} Pull Request !{{pullRequest.number}}' +
      '{{else if note.short_commit_id}}提交 {{short note.short_commit_id}}{{else}}仓库{{/if}}',
  },
};
