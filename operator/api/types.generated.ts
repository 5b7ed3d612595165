// Generated from crds/ by operator/api/generate.ts. Change the CRDs and run `make generate`.

/**
 * A card in Markdown with one button or several.
 */
export interface ActionCardMessage {
  /**
   * What the list of chats and the notification show of it. Handlebars.
   */
  title: string;
  /**
   * The text above the buttons, in DingTalk's Markdown. Handlebars.
   */
  text: string;
  /**
   * How several buttons stand, Vertical or Horizontal. Absent, one below the other.
   */
  orientation?: 'Vertical' | 'Horizontal';
  /**
   * What can be clicked, in order.
   *
   * @minItems 1
   * @maxItems 5
   *
   * Items: One button.
   */
  buttons: CardButton[];
}

/**
 * Which applications it is about. An application must meet every criterion that is given; within a list, one entry is enough. To mean all that this namespace may hear of, write all: true instead.
 */
export interface ApplicationCriteria {
  /**
   * true for every application that this namespace may hear of; excludes the criteria.
   */
  all?: boolean;
  /**
   * AppProjects that the application may belong to, by their whole names.
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
   * Namespaces that the Application object may live in, by their whole names.
   *
   * @minItems 1
   * @maxItems 50
   *
   * Items: The name of a namespace.
   */
  namespaces?: string[];
  /**
   * Namespaces that the application may deploy to, by their whole names.
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
   * Labels that the Application must have. Both parts must hold if both are given.
   */
  selector?: LabelSelector;
}

/**
 * One button.
 */
export interface CardButton {
  /**
   * What stands on it. Handlebars.
   */
  title: string;
  /**
   * Where a click leads. Handlebars.
   */
  url: string;
}

/**
 * One aspect of the resource's state.
 */
export interface Condition {
  /**
   * Which aspect this is.
   */
  type: string;
  /**
   * Whether it holds; Unknown while that cannot be told.
   */
  status: 'True' | 'False' | 'Unknown';
  /**
   * One word for the cause, stable across releases, for scripts and alerts.
   */
  reason: string;
  /**
   * The cause in a sentence, with what to do about it.
   */
  message: string;
  /**
   * When status last changed.
   */
  lastTransitionTime: string;
  /**
   * The metadata.generation that this entry speaks of.
   */
  observedGeneration?: number;
}

/**
 * Where the robot is and how to authenticate with it.
 */
export interface DingTalkRobotSpec {
  /**
   * Where messages go: a Secret's key that holds either the whole webhook URL as DingTalk shows it, or the access token in it alone.
   */
  webhook: {
    /**
     * The key of a Secret in the resource's own namespace that holds the value.
     */
    secretKeyRef: SecretKeyReference;
  };
  /**
   * For a robot whose security setting is the additional signature (加签): a Secret's key that holds the signing secret, SEC followed by letters and digits. The operator signs the URL ahead of time and renews it before DingTalk stops accepting it. Leave it out for a robot without that setting.
   */
  signing?: {
    /**
     * The key of a Secret in the resource's own namespace that holds the value.
     */
    secretKeyRef: SecretKeyReference;
  };
  /**
   * The robot's own security keywords (自定义关键词), if it has that setting: DingTalk takes a message only if it contains one of them. Where a message's fixed text has none, the first one is put at its end.
   *
   * @minItems 1
   * @maxItems 10
   *
   * Items: One keyword, exactly as DingTalk has it.
   */
  keywords?: string[];
  /**
   * The owner's consent to use from other namespaces. Absent, only the resource's own namespace may use it; taken back, the others lose it at once.
   */
  sharedWith?: SharedWith;
  /**
   * The language of the operator's own messages in this group, en or zh-CN. Absent, it is the installation's.
   */
  locale?: 'en' | 'zh-CN';
  /**
   * The time zone that times in messages to this group are told in, by its IANA name, such as Asia/Shanghai. Absent, it is the installation's.
   */
  timeZone?: string;
  /**
   * OnChange sends one short test message whenever the credentials or the keywords change, so that the condition Delivering tells whether DingTalk takes messages; Never sends none. Absent, it is the installation's choice.
   */
  verify?: 'OnChange' | 'Never';
  /**
   * true takes the robot out of Argo CD's configuration: nothing is sent to it until it is false again.
   */
  suspend?: boolean;
}

/**
 * What the operator made of it. Written by the operator only.
 */
export interface DingTalkRobotStatus {
  /**
   * The metadata.generation that the operator has judged. While it is lower than metadata.generation, the newest edit has yet to be looked at.
   */
  observedGeneration?: number;
  /**
   * The metadata.generation that is in Argo CD's configuration now. Lower than observedGeneration while a newer one is refused; absent while nothing of this resource is there.
   */
  liveGeneration?: number;
  /**
   * The name of the robot's notification service in Argo CD's configuration and logs.
   */
  service?: string;
  /**
   * When the live signature ends. It is renewed long before; absent for a robot without signing.
   */
  signedUntil?: string;
  /**
   * The last test message, so that a restart sends no other.
   */
  delivery?: {
    /**
     * Stands for the credentials and keywords that it was sent with, without revealing them: another fingerprint calls for another message.
     */
    fingerprint?: string;
    /**
     * When DingTalk answered, or did not.
     */
    checkedAt?: string;
    /**
     * DingTalk's answer, 0 for success; absent where there was no answer.
     */
    errcode?: number;
  };
  /**
   * The resource's state, one entry per aspect; Ready sums up the others.
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
   * Where a click leads. Handlebars.
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
 * Labels that the Application must have. Both parts must hold if both are given.
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
   * Requirements on labels; all must hold.
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
   * Where a click leads. Handlebars; what cannot stand in a URL is escaped in values.
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
   * What the list of chats and the notification show of it. Handlebars.
   */
  title: string;
  /**
   * The message itself. Handlebars; values are shown as they are, without Markdown of their own.
   */
  text: string;
}

/**
 * Who is mentioned, in text and markdown messages. The names are put at the message's end, where DingTalk needs them.
 */
export interface Mentions {
  /**
   * Mobile numbers of members of the group, those of other countries as +852-12345678.
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
 * The robots, the applications and the events.
 */
export interface NotificationSubscriptionSpec {
  /**
   * The robots that every event is sent to.
   *
   * @minItems 1
   * @maxItems 10
   *
   * Items: One robot.
   */
  robots: RobotReference[];
  /**
   * Which applications it is about. An application must meet every criterion that is given; within a list, one entry is enough. To mean all that this namespace may hear of, write all: true instead.
   */
  applications: ApplicationCriteria;
  /**
   * What to send word of.
   *
   * @minItems 1
   * @maxItems 20
   *
   * Items: One kind of event and what is said about it: an event of the catalogue (trigger), or one of your own (name and when).
   */
  events: SubscribedEvent[];
  /**
   * true takes the subscription out of Argo CD's configuration: nothing is sent for it until it is false again.
   */
  suspend?: boolean;
}

/**
 * What the operator made of it. Written by the operator only.
 */
export interface NotificationSubscriptionStatus {
  /**
   * The metadata.generation that the operator has judged. While it is lower than metadata.generation, the newest edit has yet to be looked at.
   */
  observedGeneration?: number;
  /**
   * The metadata.generation that is in Argo CD's configuration now. Lower than observedGeneration while a newer one is refused; absent while nothing of this resource is there.
   */
  liveGeneration?: number;
  /**
   * The robots that are sent to, in one line; those of other namespaces as NAMESPACE/NAME.
   */
  robotNames?: string;
  /**
   * The names of the events, in one line.
   */
  eventNames?: string;
  /**
   * How many keys of Argo CD's configuration this subscription takes up.
   */
  mergedKeys?: number;
  /**
   * How many bytes of it, keys included; the configuration as a whole is limited to 1 MiB.
   */
  mergedBytes?: number;
  /**
   * The resource's state, one entry per aspect; Ready sums up the others.
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
   * Texts that the message can show as {{params.NAME}}, with the values that hold unless an event gives its own.
   */
  params?: {
    /**
     * One value.
     */
    [k: string]: string;
  };
  /**
   * Who is mentioned, in text and markdown messages. The names are put at the message's end, where DingTalk needs them.
   */
  at?: Mentions;
  /**
   * The owner's consent to use from other namespaces. Absent, only the resource's own namespace may use it; taken back, the others lose it at once.
   */
  sharedWith?: SharedWith;
}

/**
 * What the operator made of it. Written by the operator only.
 */
export interface NotificationTemplateStatus {
  /**
   * The metadata.generation that the operator has judged. While it is lower than metadata.generation, the newest edit has yet to be looked at.
   */
  observedGeneration?: number;
  /**
   * How many subscriptions use this template, those of other namespaces included.
   */
  usedBy?: number;
  /**
   * The resource's state, one entry per aspect; Ready sums up the others.
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
   * The namespace of the robot, which has to share it by its spec.sharedWith. Absent, it is the subscription's own.
   */
  namespace?: string;
}

/**
 * The key of a Secret in the resource's own namespace that holds the value.
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
 * The owner's consent to use from other namespaces. Absent, only the resource's own namespace may use it; taken back, the others lose it at once.
 */
export interface SharedWith {
  /**
   * Namespaces whose subscriptions may name it, as globs: * stands for any characters, ? for one. Its own namespace always may.
   *
   * @minItems 1
   * @maxItems 50
   *
   * Items: A namespace, or a glob such as team-*.
   */
  namespaces: string[];
}

/**
 * One kind of event and what is said about it: an event of the catalogue (trigger), or one of your own (name and when).
 */
export interface SubscribedEvent {
  /**
   * What has to happen, by its name in the operator's catalogue: on-created, on-deleted, on-deployed, on-health-degraded, on-health-recovered, on-health-suspended, on-sync-failed, on-sync-running, on-sync-status-unknown or on-sync-succeeded. A name that the operator does not know is reported in the status.
   */
  trigger?: string;
  /**
   * What this event is called, unique in the subscription. Absent, it is called like its trigger; needed where a trigger is used more than once, and for an event of your own.
   */
  name?: string;
  /**
   * The condition of an event of your own, in the expression language of Argo CD's triggers (expr), for example: app.status?.operationState?.phase == 'Running'. It may look at app (the Application), and use time, strings, the operators and the harmless functions of the language. Write ?. where a field may be missing. The criteria of applications hold in addition.
   */
  when?: string;
  /**
   * An expression that tells one occurrence from the next, for example app.status?.operationState?.startedAt: Argo CD sends once for each value. Absent, it sends once for as long as the condition stays true, and again when it comes back.
   */
  oncePer?: string;
  /**
   * An expression that says when it happened, as an RFC 3339 time in UTC, for example app.status?.operationState?.startedAt. With it, nothing is sent of what happened before the subscription was there; without it, the condition says ReplayPossible.
   */
  eventTime?: string;
  /**
   * What to say. Absent, the message that comes with the trigger is sent.
   */
  template?: TemplateReference;
  /**
   * Who is mentioned, in text and markdown messages. The names are put at the message's end, where DingTalk needs them.
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
   * The whole JSON body of the message to DingTalk, as a Go template in the dialect of Argo CD's notifications, with .app, .context and the functions described there. Such a template can read and break more than its own message, so it is accepted only in namespaces that the operator's configuration lists under tenancy.trustedNamespaces; they may share it with any other.
   */
  raw?: string;
}

/**
 * What to say. Absent, the message that comes with the trigger is sent.
 */
export interface TemplateReference {
  /**
   * The name of a NotificationTemplate.
   */
  name: string;
  /**
   * The namespace of the template, which has to share it by its spec.sharedWith. Absent, it is the subscription's own.
   */
  namespace?: string;
  /**
   * Values for params of the template, in place of its own. Each has to be one that the template has.
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
