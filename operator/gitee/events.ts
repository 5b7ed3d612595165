/** Events of Gitee: the trigger's name, the switch of Gitee's hook, and the actions. */
export const GITEE_EVENTS = {
  'gitee-push': { hookSwitch: 'push_events', actions: ['push', 'create', 'delete'] },
  'gitee-tag': { hookSwitch: 'tag_push_events', actions: ['create', 'delete'] },
  'gitee-issue': {
    hookSwitch: 'issues_events',
    actions: ['open', 'close', 'reopen', 'delete', 'assign', 'update'],
  },
  'gitee-pull-request': {
    hookSwitch: 'merge_requests_events',
    actions: ['open', 'update', 'merge', 'close', 'reopen'],
  },
  'gitee-comment': {
    hookSwitch: 'note_events',
    actions: ['repository', 'issue', 'pull-request', 'commit'],
  },
} as const;

/** The name of a trigger about Gitee. */
export type GiteeTrigger = keyof typeof GITEE_EVENTS;
