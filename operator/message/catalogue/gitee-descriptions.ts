import { GITEE_EVENTS, type GiteeTrigger } from '../../gitee/events.ts';
import { own } from '../../lib/own.ts';
import type { Locale, Localised } from './locale.ts';

/** A trigger of Gitee in words. */
export interface GiteeDescription {
  readonly summary: string;
  /** In the order of the API; an event that names none of them is about all. */
  readonly actions: readonly { readonly name: string; readonly words: string }[];
}

interface Words {
  readonly summary: Localised;
  readonly actions: Readonly<Record<string, Localised>>;
}

const say = (en: string, chinese: string): Localised => ({ en, 'zh-CN': chinese });

const WORDS: Readonly<Record<GiteeTrigger, Words>> = {
  'gitee-push': {
    summary: say('A branch of a Gitee repository was changed', 'Gitee 仓库的分支有变更'),
    actions: {
      push: say('commits were pushed to a branch', '向分支推送了提交'),
      create: say('a branch was created', '新建了分支'),
      delete: say('a branch was deleted', '删除了分支'),
    },
  },
  'gitee-tag': {
    summary: say('A tag of a Gitee repository was changed', 'Gitee 仓库的标签有变更'),
    actions: {
      create: say('a tag was created, or points to another commit', '新建了标签，或标签指向了新的提交'),
      delete: say('a tag was deleted', '删除了标签'),
    },
  },
  'gitee-issue': {
    summary: say('An issue of a Gitee repository was changed', 'Gitee 仓库的 Issue 有变更'),
    actions: {
      open: say('an issue was opened', '新建了 Issue'),
      close: say('an issue was closed or rejected', '关闭或拒绝了 Issue'),
      reopen: say('an issue was opened again', '重新打开了 Issue'),
      delete: say('an issue was deleted', '删除了 Issue'),
      assign: say('an issue got another assignee', '更换了 Issue 的负责人'),
      update: say('any other change', '其他变更'),
    },
  },
  'gitee-pull-request': {
    summary: say('A pull request of a Gitee repository was changed', 'Gitee 仓库的 Pull Request 有变更'),
    actions: {
      open: say('a pull request was opened', '新建了 Pull Request'),
      update: say(
        'new commits, labels, reviews, tests and any other change',
        '新提交、标签、审查、测试及其他变更',
      ),
      merge: say('a pull request was merged', '合并了 Pull Request'),
      close: say('a pull request was closed without a merge', '未合并即关闭了 Pull Request'),
      reopen: say('a pull request was opened again', '重新打开了 Pull Request'),
    },
  },
  'gitee-comment': {
    summary: say('Somebody has written a comment in a Gitee repository', 'Gitee 仓库有新评论'),
    actions: {
      repository: say('a comment on the repository', '评论了仓库'),
      issue: say('a comment on an issue', '评论了 Issue'),
      'pull-request': say('a comment on a pull request', '评论了 Pull Request'),
      commit: say('a comment on a commit', '评论了提交'),
    },
  },
};

/** The triggers of Gitee, in the order of the API. */
export const GITEE_TRIGGERS = Object.keys(GITEE_EVENTS) as GiteeTrigger[];

/** A trigger of Gitee and its actions in words. */
export function describeGiteeTrigger(trigger: GiteeTrigger, locale: Locale): GiteeDescription {
  const { summary, actions } = WORDS[trigger];
  return {
    summary: summary[locale],
    actions: GITEE_EVENTS[trigger].actions.map((name) => ({
      name,
      words: own(actions, name)?.[locale] ?? name,
    })),
  };
}
