// Generated from crds/ by operator/api/generate.ts. Change the CRDs and run `make generate`.

/**
 * A card in Markdown with one button or several.
 */
export interface ActionCardMessage {
  /**
   * The title that the list of chats and the notification show. Handlebars.
   */
  title: string;
  /**
   * The text above the buttons, in DingTalk's Markdown. Handlebars.
   */
  text: string;
  /**
   * The layout of several buttons, Vertical or Horizontal. If absent, the layout is vertical.
   */
  orientation?: 'Vertical' | 'Horizontal';
  /**
   * The buttons, in order.
   *
   * @minItems 1
   * @maxItems 5
   *
   * Items: One button.
   */
  buttons: CardButton[];
}

/**
 * The applications that the subscription covers. An application must meet every given criterion; within a list, one matching entry is enough. To cover every application about which this namespace may be notified, write all: true instead.
 */
export interface ApplicationCriteria {
  /**
   * true covers every application about which this namespace may be notified. It excludes the other criteria.
   */
  all?: boolean;
  /**
   * AppProjects that the application may belong to, by their full names.
   *
   * @minItems 1
   * @maxItems 50
   *
   * Items: The name of an AppProject.
   */
  projects?: string[];
  /**
   * Application names, as globs: * stands for any characters, ? for one.
   *
   * @minItems 1
   * @maxItems 50
   *
   * Items: A name, or a glob such as pay-*.
   */
  names?: string[];
  /**
   * Namespaces that the Application object may live in, by their full names.
   *
   * @minItems 1
   * @maxItems 50
   *
   * Items: The name of a namespace.
   */
  namespaces?: string[];
  /**
   * Namespaces that the application may deploy to, by their full names.
   *
   * @minItems 1
   * @maxItems 50
   *
   * Items: The name of a namespace in the destination cluster.
   */
  destinationNamespaces?: string[];
  /**
   * Clusters that the application may deploy to, by name or by server URL as Argo CD lists them.
   *
   * @minItems 1
   * @maxItems 50
   *
   * Items: A cluster's name such as in-cluster, or its URL such as https://kubernetes.default.svc.
   */
  clusters?: string[];
  /**
   * Labels that the Application must have. If both parts are given, both must match.
   */
  selector?: LabelSelector;
}

/**
 * One button.
 */
export interface CardButton {
  /**
   * The text on the button. Handlebars.
   */
  title: string;
  /**
   * The target of a click. Handlebars.
   */
  url: string;
}

/**
 * One aspect of the resource's state.
 */
export interface Condition {
  /**
   * The name of the aspect.
   */
  type: string;
  /**
   * True if the aspect is in order, False if not, Unknown while the operator cannot tell.
   */
  status: 'True' | 'False' | 'Unknown';
  /**
   * One word for the cause, stable across releases, for scripts and alerts.
   */
  reason: string;
  /**
   * The cause in a sentence, with the remedy.
   */
  message: string;
  /**
   * The time at which status last changed.
   */
  lastTransitionTime: string;
  /**
   * The metadata.generation that this entry describes.
   */
  observedGeneration?: number;
}

/**
 * The robot's address, credentials and settings.
 */
export interface DingTalkRobotSpec {
  /**
   * The robot's address: a Secret's key that contains either the whole webhook URL as DingTalk shows it, or only the access token of that URL.
   */
  webhook: {
    /**
     * The key of a Secret in the resource's own namespace that contains the value.
     */
    secretKeyRef: SecretKeyReference;
  };
  /**
   * For a robot whose security setting is the additional signature (加签): a Secret's key that contains the signing secret, SEC followed by letters and digits. The operator signs the URL in advance, and renews the signature before it expires. Omit signing for a robot without that setting.
   */
  signing?: {
    /**
     * The key of a Secret in the resource's own namespace that contains the value.
     */
    secretKeyRef: SecretKeyReference;
  };
  /**
   * The robot's own security keywords (自定义关键词), if the robot has that setting. DingTalk accepts a message only if it contains one of them. If the fixed text of a message contains no keyword, the operator appends the first one to the message.
   *
   * @minItems 1
   * @maxItems 10
   *
   * Items: One keyword, exactly as DingTalk shows it.
   */
  keywords?: string[];
  /**
   * The owner's consent to the resource's use from other namespaces. If absent, only the resource's own namespace may use the resource. If the owner withdraws the consent, the other namespaces lose the resource at once.
   */
  sharedWith?: SharedWith;
  /**
   * Direct has Argo CD post messages to DingTalk. Relay has Argo CD post events to the installation's relay. The relay sends the messages, keeps to DingTalk's limits, repeats failed sends and reports DingTalk's answers. If absent, the installation's setting applies.
   */
  delivery?: 'Direct' | 'Relay';
  /**
   * Further robots of the same group. DingTalk counts the messages of each robot, so the relay can send as many times more. The keywords of this resource hold for all of them. Only for robots that the relay sends to.
   *
   * @minItems 1
   * @maxItems 5
   *
   * Items: A further robot of the group.
   */
  pool?: {
    /**
     * The robot's address: a Secret's key that contains either the whole webhook URL as DingTalk shows it, or only the access token of that URL.
     */
    webhook: {
      /**
       * The key of a Secret in the resource's own namespace that contains the value.
       */
      secretKeyRef: SecretKeyReference;
    };
    /**
     * The Secret's key that contains the robot's signing secret, if the robot has one.
     */
    signing?: {
      /**
       * The key of a Secret in the resource's own namespace that contains the value.
       */
      secretKeyRef: SecretKeyReference;
    };
  }[];
  /**
   * Hours in which the relay sends nothing to the group. Messages of these hours wait, and the group gets one digest of them at the end. Only for robots that the relay sends to.
   */
  quietHours?: {
    /**
     * The local time at which the quiet hours begin, such as 22:00.
     */
    from: string;
    /**
     * The local time at which the quiet hours end, such as 08:00. If it is earlier than from, they end on the next day.
     */
    to: string;
    /**
     * The time zone of from and to, as an IANA name such as Asia/Shanghai. If absent, the robot's time zone applies.
     */
    timeZone?: string;
    /**
     * The days on which the quiet hours begin. If absent, they begin on every day.
     *
     * @minItems 1
     * @maxItems 7
     *
     * Items: A day of the week.
     */
    days?: ('Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun')[];
    /**
     * Messages that do not wait.
     */
    except?: {
      /**
       * Events whose messages are sent at once, by their names in the catalogue, such as on-sync-failed, or by their names in the subscription.
       *
       * @minItems 1
       * @maxItems 20
       *
       * Items: The name of an event.
       */
      events?: string[];
      /**
       * true sends messages at once that mention somebody.
       */
      mentions?: boolean;
    };
  };
  /**
   * The language of the operator's own messages in this group, en or zh-CN. If absent, the installation's language applies.
   */
  locale?: 'en' | 'zh-CN';
  /**
   * The time zone of the times in messages to this group, as an IANA name such as Asia/Shanghai. If absent, the installation's time zone applies.
   */
  timeZone?: string;
  /**
   * OnChange sends one short test message whenever the credentials or the keywords change; the condition Delivering shows whether DingTalk accepts messages. Never sends no test message. If absent, the installation's setting applies.
   */
  verify?: 'OnChange' | 'Never';
  /**
   * true removes the robot from Argo CD's configuration. Nothing is sent to the robot until suspend is false again.
   */
  suspend?: boolean;
}

/**
 * The state that the operator observed. Only the operator writes it.
 */
export interface DingTalkRobotStatus {
  /**
   * The namespace of the Argo CD whose installation of the operator serves this resource. Another installation leaves the resource alone as long as it is named here.
   */
  installation?: string;
  /**
   * The metadata.generation that the operator has evaluated. While the number is lower than metadata.generation, the operator has not evaluated the newest edit.
   */
  observedGeneration?: number;
  /**
   * The metadata.generation that is in Argo CD's configuration now. Lower than observedGeneration while a newer generation is refused; absent while Argo CD's configuration contains nothing of this resource, as for a robot with delivery Relay.
   */
  liveGeneration?: number;
  /**
   * The name of the robot's notification service in Argo CD's configuration and logs.
   */
  service?: string;
  /**
   * The time at which the live signature expires. The operator renews the signature long before. Absent for a robot without signing.
   */
  signedUntil?: string;
  /**
   * The last test message. It is recorded so that a restart sends no other test message.
   */
  delivery?: {
    /**
     * A fingerprint of the credentials and keywords of the test message, which does not reveal them. If the fingerprint changes, the operator sends another test message.
     */
    fingerprint?: string;
    /**
     * The time at which the operator announced a test message whose outcome it does not know yet. If it stays, the operator was interrupted, and the message may have been sent.
     */
    sendingAt?: string;
    /**
     * The time of DingTalk's answer, or of the attempt that got no answer.
     */
    checkedAt?: string;
    /**
     * The code of DingTalk's answer, 0 for success; absent if DingTalk did not answer.
     */
    errcode?: number;
  };
  /**
   * The resource's state, one entry per aspect; Ready summarises the others.
   *
   * @maxItems 16
   *
   * Items: One aspect of the resource's state.
   */
  conditions?: Condition[];
}

/**
 * One entry.
 */
export interface FeedCardLink {
  /**
   * The title. Handlebars.
   */
  title: string;
  /**
   * The target of a click. Handlebars.
   */
  url: string;
  /**
   * The picture beside the title. Handlebars.
   */
  pictureUrl: string;
}

/**
 * A list of titles with pictures, each a link.
 */
export interface FeedCardMessage {
  /**
   * The entries, in order.
   *
   * @minItems 1
   * @maxItems 10
   *
   * Items: One entry.
   */
  links: FeedCardLink[];
}

/**
 * One hook of a repository.
 */
export interface GiteeHookRecord {
  /**
   * Gitee's number of the hook. Absent while the operator makes the hook.
   */
  id?: number;
  /**
   * The robot that the hook sends to, as NAMESPACE/NAME. Empty for a hook of the relay.
   */
  robot: string;
  /**
   * The address of Gitee.
   */
  baseUrl: string;
  /**
   * The repository.
   */
  repository: string;
  /**
   * While the operator makes the hook: the highest number of a hook that the repository had before. A hook with a lower number is not the operator's.
   */
  afterId?: number;
  /**
   * While the operator makes the hook: a hash of the hook's URL. The operator recognises the hook by this hash if the process ends before it has written the number here.
   */
  urlHash?: string;
}

/**
 * One requirement on one label.
 */
export interface LabelRequirement {
  /**
   * The label.
   */
  key: string;
  /**
   * How the label must relate to the values.
   */
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /**
   * The values for In and NotIn.
   *
   * @minItems 1
   * @maxItems 20
   *
   * Items: One value.
   */
  values?: string[];
}

/**
 * Labels that the Application must have. If both parts are given, both must match.
 */
export interface LabelSelector {
  /**
   * Labels and the values that they must have.
   */
  matchLabels?: {
    /**
     * The label's value.
     */
    [k: string]: string;
  };
  /**
   * Requirements on labels; all must be met.
   *
   * @minItems 1
   * @maxItems 10
   *
   * Items: One requirement on one label.
   */
  matchExpressions?: LabelRequirement[];
}

/**
 * A card with a title, a text, a picture and one link.
 */
export interface LinkMessage {
  /**
   * The title. Handlebars.
   */
  title: string;
  /**
   * The text under the title. Handlebars.
   */
  text: string;
  /**
   * The target of a click. Handlebars; characters that are not allowed in a URL are escaped in values.
   */
  url: string;
  /**
   * The picture. Handlebars.
   */
  pictureUrl?: string;
}

/**
 * A message in DingTalk's Markdown.
 */
export interface MarkdownMessage {
  /**
   * The title that the list of chats and the notification show. Handlebars.
   */
  title: string;
  /**
   * The message itself. Handlebars; values are shown literally, since Markdown in values is escaped.
   */
  text: string;
}

/**
 * The people to mention, in text and markdown messages. The operator appends the mentions to the message, because DingTalk requires them in the text.
 */
export interface Mentions {
  /**
   * Mobile numbers of members of the group. Write a number outside mainland China as +852-12345678.
   *
   * @minItems 1
   * @maxItems 20
   *
   * Items: One mobile number.
   */
  mobiles?: string[];
  /**
   * User ids of members of the group.
   *
   * @minItems 1
   * @maxItems 20
   *
   * Items: One user id.
   */
  userIds?: string[];
  /**
   * true mentions everybody in the group.
   */
  all?: boolean;
}

/**
 * The robots, the events, and the applications or the repository that they are about.
 */
export interface NotificationSubscriptionSpec {
  /**
   * The robots that receive every event.
   *
   * @minItems 1
   * @maxItems 10
   *
   * Items: One robot.
   */
  robots: RobotReference[];
  /**
   * The applications that the subscription covers. An application must meet every given criterion; within a list, one matching entry is enough. To cover every application about which this namespace may be notified, write all: true instead.
   */
  applications?: ApplicationCriteria;
  /**
   * The Gitee repository that the subscription covers.
   */
  gitee?: {
    /**
     * The address of Gitee, without a path. The operator's configuration lists the hosts that are allowed (gitee.hosts). Default: https://gitee.com.
     */
    baseUrl?: string;
    /**
     * The repository, as OWNER/NAME in its address.
     */
    repository: string;
    /**
     * The access token of Gitee by which the operator keeps the repository's hook. The token needs the right to administrate hooks of the repository.
     */
    token: {
      /**
       * The key of a Secret in the resource's own namespace that contains the value.
       */
      secretKeyRef: SecretKeyReference;
    };
    /**
     * Relay: Gitee tells the relay of this installation of each event, and the relay sends the message. Native: Gitee itself sends its own messages to the robots, so the robots' webhooks and signing secrets are given to Gitee; templates, filters and mentions are not possible then. Default: Relay.
     */
    delivery?: 'Relay' | 'Native';
    /**
     * true allows delivery Native for robots with keywords: DingTalk refuses each of Gitee's messages that contains none of them.
     */
    acceptKeywordLoss?: boolean;
    /**
     * The branches of pushes, and the target branches of pull requests and of comments on them, as globs: * stands for any characters, ? for one. Other events are not filtered. Default: all branches.
     *
     * @minItems 1
     * @maxItems 50
     *
     * Items: A branch, or a glob such as release/*.
     */
    branches?: string[];
    /**
     * The tags, as globs: * stands for any characters, ? for one. Other events are not filtered. Default: all tags.
     *
     * @minItems 1
     * @maxItems 50
     *
     * Items: A tag, or a glob such as v*.
     */
    tags?: string[];
  };
  /**
   * The events that the subscription sends.
   *
   * @minItems 1
   * @maxItems 20
   *
   * Items: One kind of event and its message: either an event of the catalogue (trigger), or an event of your own (name and when).
   */
  events: SubscribedEvent[];
  /**
   * true removes the subscription from Argo CD's configuration. Nothing is sent for the subscription until suspend is false again.
   */
  suspend?: boolean;
}

/**
 * The state that the operator observed. Only the operator writes it.
 */
export interface NotificationSubscriptionStatus {
  /**
   * The namespace of the Argo CD whose installation of the operator serves this resource. Another installation leaves the resource alone as long as it is named here.
   */
  installation?: string;
  /**
   * The metadata.generation that the operator has evaluated. While the number is lower than metadata.generation, the operator has not evaluated the newest edit.
   */
  observedGeneration?: number;
  /**
   * The metadata.generation that is in Argo CD's configuration now; of a subscription to Gitee, in the relay or in the hooks on Gitee. Lower than observedGeneration while a newer generation is refused; absent while Argo CD's configuration contains nothing of this resource.
   */
  liveGeneration?: number;
  /**
   * The robots that receive the events, in one line; robots of other namespaces as NAMESPACE/NAME.
   */
  robotNames?: string;
  /**
   * The names of the events, in one line.
   */
  eventNames?: string;
  /**
   * The number of keys that this subscription uses in Argo CD's configuration.
   */
  mergedKeys?: number;
  /**
   * The number of bytes that this subscription uses in Argo CD's configuration, keys included. The limit of the whole configuration is 1 MiB.
   */
  mergedBytes?: number;
  /**
   * The hooks on Gitee that the operator has made for this subscription. The operator removes these hooks and no others.
   */
  gitee?: {
    /**
     * The namespace of the Argo CD whose installation of the operator has made the hooks. Another installation leaves them alone.
     */
    installation?: string;
    /**
     * The hooks.
     *
     * @maxItems 10
     *
     * Items: One hook of a repository.
     */
    hooks?: GiteeHookRecord[];
  };
  /**
   * The resource's state, one entry per aspect; Ready summarises the others.
   *
   * @maxItems 16
   *
   * Items: One aspect of the resource's state.
   */
  conditions?: Condition[];
}

/**
 * The message.
 */
export interface NotificationTemplateSpec {
  /**
   * The message, in exactly one of the forms below.
   */
  message: TemplateMessage;
  /**
   * Texts that the message can show as {{params.NAME}}, with their default values. An event can give other values.
   */
  params?: {
    /**
     * One value.
     */
    [k: string]: string;
  };
  /**
   * The people to mention, in text and markdown messages. The operator appends the mentions to the message, because DingTalk requires them in the text.
   */
  at?: Mentions;
  /**
   * The owner's consent to the resource's use from other namespaces. If absent, only the resource's own namespace may use the resource. If the owner withdraws the consent, the other namespaces lose the resource at once.
   */
  sharedWith?: SharedWith;
}

/**
 * The state that the operator observed. Only the operator writes it.
 */
export interface NotificationTemplateStatus {
  /**
   * The namespace of the Argo CD whose installation of the operator serves this resource. Another installation leaves the resource alone as long as it is named here.
   */
  installation?: string;
  /**
   * The metadata.generation that the operator has evaluated. While the number is lower than metadata.generation, the operator has not evaluated the newest edit.
   */
  observedGeneration?: number;
  /**
   * How many subscriptions use this template, those of other namespaces included.
   */
  usedBy?: number;
  /**
   * The resource's state, one entry per aspect; Ready summarises the others.
   *
   * @maxItems 16
   *
   * Items: One aspect of the resource's state.
   */
  conditions?: Condition[];
}

/**
 * One robot.
 */
export interface RobotReference {
  /**
   * The name of a DingTalkRobot.
   */
  name: string;
  /**
   * The namespace of the robot, whose spec.sharedWith must allow the subscription's namespace. If absent, the robot is in the subscription's own namespace.
   */
  namespace?: string;
}

/**
 * The key of a Secret in the resource's own namespace that contains the value.
 */
export interface SecretKeyReference {
  /**
   * The name of the Secret.
   */
  name: string;
  /**
   * The key within the Secret's data.
   */
  key: string;
}

/**
 * The owner's consent to the resource's use from other namespaces. If absent, only the resource's own namespace may use the resource. If the owner withdraws the consent, the other namespaces lose the resource at once.
 */
export interface SharedWith {
  /**
   * Namespaces whose subscriptions may name the resource, as globs: * stands for any characters, ? for one. The resource's own namespace is always allowed.
   *
   * @minItems 1
   * @maxItems 50
   *
   * Items: A namespace, or a glob such as team-*.
   */
  namespaces: string[];
}

/**
 * One kind of event and its message: either an event of the catalogue (trigger), or an event of your own (name and when).
 */
export interface SubscribedEvent {
  /**
   * The trigger, by its name in the operator's catalogue: on-created, on-deleted, on-deployed, on-health-degraded, on-health-recovered, on-health-suspended, on-sync-failed, on-sync-running, on-sync-status-unknown or on-sync-succeeded; with gitee: gitee-push, gitee-tag, gitee-issue, gitee-pull-request or gitee-comment. The status reports a name that the operator does not know.
   */
  trigger?: string;
  /**
   * The actions of the Gitee trigger that are sent: of gitee-push: push, create, delete; of gitee-tag: create, delete; of gitee-issue: open, close, reopen, delete, assign, update; of gitee-pull-request: open, update, merge, close, reopen; of gitee-comment: repository, issue, pull-request, commit. Default: all of the trigger.
   *
   * @minItems 1
   * @maxItems 10
   *
   * Items: One action.
   */
  actions?: (
    | 'push'
    | 'create'
    | 'delete'
    | 'open'
    | 'close'
    | 'reopen'
    | 'assign'
    | 'update'
    | 'merge'
    | 'repository'
    | 'issue'
    | 'pull-request'
    | 'commit'
  )[];
  /**
   * The name of the event, unique in the subscription. If absent, the event has the name of its trigger. Required for an event of your own, and where several events use the same trigger.
   */
  name?: string;
  /**
   * The condition of an event of your own, in the expression language of Argo CD's triggers (expr), for example: app.status?.operationState?.phase == 'Running'. The condition may read app (the Application), and use time, strings, the operators and the harmless functions of the language. Write ?. where a field may be missing. The criteria of applications apply in addition.
   */
  when?: string;
  /**
   * An expression that distinguishes one occurrence from the next, for example app.status?.operationState?.startedAt. Argo CD sends one message for each value. If absent, Argo CD sends one message while the condition stays true, and another when the condition becomes true again.
   */
  oncePer?: string;
  /**
   * An expression that gives the time of the event, as an RFC 3339 time in UTC, for example app.status?.operationState?.startedAt. With eventTime, events from before the subscription are not sent. Without eventTime, the condition Accepted warns with the reason ReplayPossible.
   */
  eventTime?: string;
  /**
   * The message. If absent, the trigger's own message is sent.
   */
  template?: TemplateReference;
  /**
   * The people to mention, in text and markdown messages. The operator appends the mentions to the message, because DingTalk requires them in the text.
   */
  at?: Mentions;
}

/**
 * The message, in exactly one of the forms below.
 */
export interface TemplateMessage {
  /**
   * A message in DingTalk's Markdown.
   */
  markdown?: MarkdownMessage;
  /**
   * A message of plain text.
   */
  text?: TextMessage;
  /**
   * A card with a title, a text, a picture and one link.
   */
  link?: LinkMessage;
  /**
   * A card in Markdown with one button or several.
   */
  actionCard?: ActionCardMessage;
  /**
   * A list of titles with pictures, each a link.
   */
  feedCard?: FeedCardMessage;
  /**
   * The whole JSON body of the message to DingTalk, as a Go template in the dialect of Argo CD's notifications, with .app, .context and the documented functions. Such a template can read and break more than its own message. The operator therefore accepts it only in namespaces that its configuration lists under tenancy.trustedNamespaces. These namespaces may share the template with any other.
   */
  raw?: string;
}

/**
 * The message. If absent, the trigger's own message is sent.
 */
export interface TemplateReference {
  /**
   * The name of a NotificationTemplate.
   */
  name: string;
  /**
   * The namespace of the template, whose spec.sharedWith must allow the subscription's namespace. If absent, the template is in the subscription's own namespace.
   */
  namespace?: string;
  /**
   * Values for params of the template, which replace the template's own values. The template must declare each of these params.
   */
  params?: {
    /**
     * One value.
     */
    [k: string]: string;
  };
}

/**
 * A message of plain text.
 */
export interface TextMessage {
  /**
   * The message. Handlebars.
   */
  content: string;
}
