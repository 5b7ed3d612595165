/** The field manager of the operator's server-side apply, and the mark of the operator's keys. */
export const FIELD_MANAGER = 'argocd-dingtalk';

/** The field manager of the operator's merge patches on the shared `subscriptions` key. */
export const SUBSCRIPTIONS_FIELD_MANAGER = 'argocd-dingtalk-subscriptions';

/** The field manager of the operator's annotation on AppProjects. */
export const PROJECTS_FIELD_MANAGER = 'argocd-dingtalk-projects';

/** The field manager of the Lease that the leading replica holds. */
export const LEASE_FIELD_MANAGER = 'argocd-dingtalk-lease';

/** The field manager of the operator's report on its installation. */
export const INSTALLATION_FIELD_MANAGER = 'argocd-dingtalk-installation';

/** The field manager of the finalizer and of `status.gitee` of subscriptions to repositories on Gitee. */
export const GITEE_FIELD_MANAGER = 'argocd-dingtalk-gitee';
