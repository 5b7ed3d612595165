/** The field manager of our server-side apply, and the mark that our keys carry. */
export const FIELD_MANAGER = 'argocd-dingtalk';

/** The field manager of our merge patches on the shared `subscriptions` key. */
export const SUBSCRIPTIONS_FIELD_MANAGER = 'argocd-dingtalk-subscriptions';

/** The field manager of our annotation on AppProjects. */
export const PROJECTS_FIELD_MANAGER = 'argocd-dingtalk-projects';
