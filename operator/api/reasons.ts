/** The meaning of a reason, and its remedy, each in plain text. */
export interface ReasonText {
  readonly meaning: string;
  /** Empty where nothing is to be done. */
  readonly remedy: string;
}

/**
 * Every coded outcome that a condition or an event can show. `lint` shows the remedy as a finding's hint. docs/reasons.md
 * explains each reason at length and has the same remedies; a test compares the page with this table. A released reason is
 * never renamed, since alerts depend on its name.
 */
export const REASONS = {
  Accepted: {
    meaning: 'The resource is valid, and everything that it refers to exists and is allowed.',
    remedy: '',
  },
  Merged: { meaning: 'This generation is live in the objects that Argo CD reads.', remedy: '' },
  Signed: { meaning: 'The live URL carries a valid signature.', remedy: '' },
  Hooked: { meaning: 'The repository on Gitee has the hooks of this generation.', remedy: '' },
  Delivering: { meaning: 'DingTalk accepted the last test message.', remedy: '' },
  Ready: { meaning: 'All conditions of the resource hold.', remedy: '' },

  NoArgoCDURL: {
    meaning: 'The URL of Argo CD is not known, so messages carry no link.',
    remedy:
      "Set argocd.url in the operator's configuration, argocdUrl in the context of argocd-notifications-cm, or url in " +
      'argocd-cm.',
  },
  PastedSignatureIgnored: {
    meaning: 'The webhook URL contains a timestamp and a signature; the operator ignores both.',
    remedy: 'Store the URL as DingTalk shows it. If the robot demands a signature, add spec.signing.',
  },
  ReplayPossible: {
    meaning: 'An event with its own condition has no eventTime, so old occurrences may be sent again.',
    remedy: 'Add eventTime to the event.',
  },
  ConditionAlwaysFails: {
    meaning: 'A condition fails for every sample Application.',
    remedy:
      "Write ?. where a field may be missing, and ?? before the value to use instead: (app.status?.health?.status ?? '').",
  },
  MessageMayFail: {
    meaning: 'A raw template makes no message of some applications that its event is about.',
    remedy: 'Test for fields that may be missing, by if or with.',
  },
  ResourceHealthMissing: {
    meaning: 'A message or a condition reads the health of single resources, which Argo CD 3 does not store.',
    remedy:
      'Set controller.resource.health.persist to "true" in argocd-cmd-params-cm and restart the application controller, or ' +
      'read app.status.health.',
  },
  CommitNotShown: {
    meaning: 'A message shows values of commit, and they are always empty for a robot of the subscription.',
    remedy:
      'Set spec.delivery of the robot to Relay, ask the platform team to set argocd.api, or leave the values out.',
  },
  ExpressionDiscouraged: {
    meaning: 'A condition reads long fields more often than a new condition may.',
    remedy:
      'Read annotations, messages and other long fields at most four times. Names, labels, phases, revisions and times do ' +
      'not count.',
  },
  ProjectNotGranted: {
    meaning: 'The subscription names a project that is not granted to its namespace.',
    remedy:
      'Ask the platform team for a grant: under tenancy.projects, or by the annotation argocd-dingtalk.io/namespaces on the ' +
      'AppProject.',
  },
  FormerServiceExists: {
    meaning: 'The service of Argo CD that an adopted robot replaces is still there, or is there again.',
    remedy:
      'Run argocd-dingtalk adopt --take-over. If the switch is made already, take the old keys out of the source that brings them back, ' +
      'as the message says.',
  },
  SigningSecretUnusual: {
    meaning: 'The signing secret does not look like a signing secret of DingTalk.',
    remedy: 'Check that the Secret contains the right value.',
  },
  CostlyRoute: {
    meaning:
      'Argo CD checks the subscription for every application, and already does so for too many subscriptions.',
    remedy:
      'Label the applications and add applications.selector, or ask the platform team to raise limits.unscopedTriggers.',
  },
  ThrottlingPossible: {
    meaning: 'A few applications could send the robot more messages than DingTalk accepts in a minute.',
    remedy: 'Spread the subscriptions over several robots, or subscribe to fewer events.',
  },
  FilterWithoutEffect: {
    meaning:
      'A filter of a Gitee subscription can match nothing, or no event of the subscription is filtered by it.',
    remedy: 'Remove the filter, or write it as the message says.',
  },
  SeparateBudgets: {
    meaning:
      "The relay sends a robot's messages about Gitee, and Argo CD sends its others, so nobody counts all of them.",
    remedy: 'Set spec.delivery of the robot to Relay, or use another robot of the group.',
  },
  GiteeAddressesNotFixed: {
    meaning:
      "Gitee is to send to a robot that accepts messages from some addresses only, and Gitee's addresses are not fixed.",
    remedy: 'Remove the IP ranges from the robot in DingTalk, or set spec.gitee.delivery to Relay.',
  },
  KeywordNotInTemplate: {
    meaning: "A raw template contains none of the robot's keywords.",
    remedy: 'Write one of the keywords into message.raw.',
  },

  Suspended: {
    meaning: 'spec.suspend is true.',
    remedy:
      'Set spec.suspend to false. Events that happen while the resource is suspended are not sent later.',
  },
  NamespaceNotSelected: {
    meaning: 'This installation does not serve the namespace.',
    remedy:
      'Ask the platform team: tenancy.namespaceSelector says which labels the Namespace needs, and tenancy.deniedNamespaces ' +
      'lists the namespaces that are left out.',
  },
  CredentialsNotFound: {
    meaning: 'The Secret that the robot names does not exist.',
    remedy:
      'Create the Secret. The operator finds it within seconds at first, later within credentials.rereadInterval. To have ' +
      'it read at once, set the annotation argocd-dingtalk.io/reconcile-at on the robot to any new value.',
  },
  CredentialsKeyNotFound: {
    meaning: 'The Secret exists, but lacks the key that the robot names.',
    remedy: 'Correct secretKeyRef.key, or add the key to the Secret.',
  },
  CredentialsUnreadable: {
    meaning: 'The operator could not read the Secret.',
    remedy: 'Read the message: often the operator lacks a right that config/rbac grants.',
  },
  InvalidWebhook: {
    meaning: 'The credential is neither an access token nor a webhook URL of DingTalk.',
    remedy:
      "Copy the URL or token again from the robot's settings; white space inside the value is a frequent cause.",
  },
  InvalidSigningSecret: {
    meaning: 'The value cannot be a signing secret.',
    remedy: "Copy the secret again from the robot's security settings (加签).",
  },
  HostNotAllowed: {
    meaning: 'The webhook URL points to a host that this installation does not allow.',
    remedy: 'Correct the URL, or ask the platform team to extend dingtalk.allowedHosts.',
  },
  RawTemplateNotTrusted: {
    meaning: 'Only trusted namespaces may use message.raw.',
    remedy:
      "Leave the template out of the event to get the catalogue's message, or ask the platform team to add the namespace to " +
      'tenancy.trustedNamespaces.',
  },
  UnknownTrigger: {
    meaning: 'The catalogue has no trigger of this name.',
    remedy: 'Use a trigger that the message lists.',
  },
  CompanionMissing: {
    meaning: 'An event reports the end of another event, and the subscription lacks that other event.',
    remedy: 'Add - trigger: on-health-degraded to spec.events.',
  },
  CriteriaTooCostly: {
    meaning: 'The name patterns take Argo CD too long to match against every application.',
    remedy: 'Use exact names, applications.selector, or fewer or shorter patterns.',
  },
  TemplateNotFound: {
    meaning: 'The template that an event names does not exist, or is not shared.',
    remedy:
      "Create the template, correct the name, or have the template's owner list the subscription's namespace in " +
      'spec.sharedWith. The live version of the subscription stays live, except for events whose template is no longer shared.',
  },
  TemplateRefused: {
    meaning: 'The template that an event names is not accepted.',
    remedy: "See the template's own conditions.",
  },
  RobotNotFound: {
    meaning: 'A robot that the subscription names does not exist, or is not shared.',
    remedy:
      "Create the robot, have its owner list the subscription's namespace in spec.sharedWith, or remove the robot from " +
      'spec.robots.',
  },
  RobotNotReady: {
    meaning: 'A robot that the subscription names is not accepted.',
    remedy: "See the robot's own conditions.",
  },
  RobotSuspended: {
    meaning: 'A robot that the subscription names is suspended.',
    remedy: 'Resume the robot, or remove it from spec.robots.',
  },
  InvalidTemplate: {
    meaning: 'A text of the message breaks the rules of the template language.',
    remedy: 'Correct the text that the message names; docs/templates.md describes the language.',
  },
  UnknownParam: {
    meaning: 'An event sets a param that its template does not declare.',
    remedy: "Correct the name, or add the param to the template's spec.params.",
  },
  MentionNotPossible: {
    meaning: 'An event mentions people, and its message is of a form that cannot mention people.',
    remedy: 'Remove at from the event, or use a markdown or text message.',
  },
  UnknownTimeZone: {
    meaning: 'No time zone has this name.',
    remedy: 'Write the exact IANA name, such as Asia/Shanghai.',
  },
  RelayNotConfigured: {
    meaning: 'The robot is to be reached by the relay, and the installation has no relay.',
    remedy:
      'Set spec.delivery to Direct, or ask the platform team to install the relay and to set relay.url.',
  },
  NeedsRelay: {
    meaning:
      'The robot has a setting that only the relay can carry out, and Argo CD sends to the robot directly.',
    remedy: 'Set spec.delivery to Relay, or remove the field that the message names.',
  },
  GiteeHostNotAllowed: {
    meaning: 'The subscription names a host of Gitee that this installation does not allow.',
    remedy: 'Correct spec.gitee.baseUrl, or ask the platform team to extend gitee.hosts.',
  },
  GiteeDoorNotConfigured: {
    meaning: 'Gitee is to post to the relay, and the installation has no relay that Gitee can reach.',
    remedy:
      'Ask the platform team to install the relay and to set relay.url and gitee.publicURL, or set spec.gitee.delivery to Native.',
  },
  UnknownAction: {
    meaning: 'An event names an action that its trigger does not have.',
    remedy: 'Use an action that the message lists.',
  },
  TemplateForOtherSource: {
    meaning: 'The template reads data that events of this subscription do not have.',
    remedy: "Use a template for this source, or leave template out to get the trigger's own message.",
  },
  NotWithNative: {
    meaning:
      'The subscription has a field that only the relay can carry out, and Gitee itself is to send the messages.',
    remedy: 'Remove the field that the message names, or set spec.gitee.delivery to Relay.',
  },
  RobotNotOwn: {
    meaning:
      "Gitee is to send to a robot of another namespace, and would get that robot's webhook and signing secret.",
    remedy: "Use a robot of the subscription's own namespace, or set spec.gitee.delivery to Relay.",
  },
  KeywordLoss: {
    meaning: 'Gitee is to send to a robot with keywords, and DingTalk refuses messages without a keyword.',
    remedy: 'Set spec.gitee.delivery to Relay, or accept the loss: write spec.gitee.acceptKeywordLoss: true.',
  },
  EngineRefused: {
    meaning: "Argo CD's engine refuses the template or condition.",
    remedy: 'Correct the place that the message names.',
  },
  ExpressionNotAllowed: {
    meaning: 'A condition uses a feature that conditions of a subscription may not use.',
    remedy: 'Write the condition with the features that the message names.',
  },
  ExpressionNotTrusted: {
    meaning: 'On this installation, only trusted namespaces may write their own conditions.',
    remedy: 'Use a trigger of the catalogue, or ask the platform team for tenancy.allowExpressions.',
  },
  TooExpensive: {
    meaning: 'A template or condition took too much time or memory.',
    remedy: 'Simplify the template or condition. The operator tries it again after ten minutes.',
  },
  GateUnavailable: {
    meaning: "Argo CD's engine has not checked the resource yet.",
    remedy: "Wait. If the reason stays, read the operator's log.",
  },
  InvalidMessage: {
    meaning: 'A template does not produce a message that DingTalk would accept.',
    remedy: 'Quote values with toRawJson; test for fields that may be missing.',
  },
  UnsupportedField: {
    meaning: 'The resource has a field that this version of the operator does not know.',
    remedy: 'Upgrade the operator, or remove the field.',
  },
  InvalidGrant: {
    meaning: 'The grant of an AppProject contains an entry that cannot be the name of a namespace.',
    remedy: 'Correct the annotation. Its valid entries count.',
  },
  ForeignKeyBroken: {
    meaning: 'A key that the operator did not write stops all notifications of Argo CD.',
    remedy: 'Repair or remove the key that the event names.',
  },
  InstallationsOverlap: {
    meaning: 'Another installation of the operator serves resources that this one selects, too.',
    remedy: 'Give each installation its own tenancy.namespaceSelector.',
  },
  ClockSkew: {
    meaning: "The clocks of the operator's node and of the API server differ by more than a minute.",
    remedy: 'Set the clock of the node, and check its time service.',
  },
  TooManyDestinations: {
    meaning: 'Argo CD could send more notifications about one application than it can remember.',
    remedy:
      'Use fewer robots or events, or separate the subscriptions by exact names, destinationNamespaces or projects. The ' +
      'operator merges the resource as soon as others are removed.',
  },
  TargetFull: {
    meaning: 'The ConfigMap or Secret of Argo CD has no room for the resource.',
    remedy: 'Use fewer events or robots. The operator merges the resource as soon as others are removed.',
  },
  NamespaceQuotaExceeded: {
    meaning: "The namespace has used up its share of Argo CD's objects, or of the operator's time.",
    remedy:
      'Remove robots, subscriptions or events of the namespace, or ask the platform team to raise limits.perNamespace. The ' +
      'operator merges the resource as soon as there is room.',
  },
  KeyTaken: {
    meaning: 'The target already has a key of this name, and the operator did not write it.',
    remedy: 'Remove the key if nobody needs it, or give the resource another name.',
  },
  InternalError: {
    meaning: 'The operator failed while it handled the resource.',
    remedy:
      "Find the fault's number, which the message names, in the operator's log, and report the fault. Until it is fixed, try " +
      'to express the same in another way.',
  },

  NotAccepted: {
    meaning: 'Nothing of the resource is live, because the resource is not accepted.',
    remedy: 'See Accepted.',
  },
  PreviousVersionLive: {
    meaning: 'The newest generation is not accepted; an earlier version stays live.',
    remedy: 'See Accepted.',
  },
  PartlyLive: {
    meaning: 'The subscription is live, except for the robots that are missing.',
    remedy: 'See Accepted.',
  },
  Pending: {
    meaning: 'The operator has not written the resource to the target yet.',
    remedy: "Wait. If the reason stays, read the operator's log.",
  },
  AwaitsRelay: {
    meaning: 'The relay has not loaded this generation of the subscription yet.',
    remedy: "Wait. If the reason stays, read the relay's log.",
  },
  TargetNotFound: {
    meaning: 'The ConfigMap or the Secret of Argo CD does not exist.',
    remedy: "Install Argo CD's notifications, or correct target in the operator's configuration.",
  },
  TargetBroken: {
    meaning: 'The operator cannot edit the shared key `subscriptions` safely.',
    remedy: 'Repair the value; the message names the place.',
  },
  SharedKeyOwned: {
    meaning: 'Another tool applies the shared key `subscriptions` as a whole.',
    remedy:
      'Leave the key subscriptions out of the manifest that the tool applies; the message names the tool.',
  },
  EngineIgnoresSubscriptions: {
    meaning: "Argo CD's engine does not read the key `subscriptions`.",
    remedy:
      'Move the entries of the legacy key config.yaml to the key subscriptions, and remove them from config.yaml.',
  },
  TargetContested: {
    meaning: 'Another tool or person keeps changing or removing keys of the operator.',
    remedy: 'Make the tool that the message names leave these keys alone; the message says how.',
  },
  TargetOwned: {
    meaning: 'The object has an owner that replaces all of its content.',
    remedy: 'Change the owner as the message says, before the owner writes the object again.',
  },
  WriteFailed: { meaning: 'The API server refused the write.', remedy: 'See the message.' },
  NotSigned: { meaning: 'No URL with a valid signature is live.', remedy: 'See Accepted and Merged.' },

  GiteeHookRepaired: {
    meaning:
      'Somebody had changed or removed a hook on Gitee, and the operator has made it as declared again.',
    remedy: 'Change the subscription instead of the hook.',
  },
  GiteeTokenMissing: {
    meaning: 'The access token of Gitee cannot be read from the Secret that the subscription names.',
    remedy: 'Create the Secret with the access token, or correct spec.gitee.token.secretKeyRef.',
  },
  GiteeUnauthorized: {
    meaning: 'Gitee does not know the access token.',
    remedy:
      'Create a new access token on Gitee, and put it into the Secret. The operator reads it within a minute.',
  },
  GiteeForbidden: {
    meaning: 'The access token may not administrate the hooks of the repository.',
    remedy: 'Use an access token with the scope hook, of an account that administrates the repository.',
  },
  GiteeRepositoryNotFound: {
    meaning: 'There is no such repository, or the access token may not see it.',
    remedy:
      'Correct spec.gitee.repository, or use an access token of an account that administrates the repository.',
  },
  GiteeUnavailable: {
    meaning: 'Gitee did not answer, failed, or asked for fewer requests.',
    remedy:
      'The operator tries again by itself. If this lasts, check name resolution, firewall, network policies, HTTPS_PROXY ' +
      'and gitee.caFile.',
  },
  GiteeRefused: {
    meaning: 'Gitee refuses the hook; the message has the words of Gitee.',
    remedy: 'Follow the words of Gitee: the repository may have too many hooks, for example.',
  },
  GiteeUnexpectedAnswer: {
    meaning: 'The answer is not from the API of Gitee.',
    remedy: 'Check spec.gitee.baseUrl: it is the address of a Gitee, and no proxy answers in its place.',
  },
  GiteeNotInstalled: {
    meaning: 'The operator lacks the rights or the Secret for hooks on Gitee.',
    remedy:
      'Ask the platform team to apply config/gitee, or to set gitee.enabled in the values of the Helm chart.',
  },
  GiteeHookLeft: {
    meaning:
      'A hook that the operator has made is still on Gitee, although no subscription wants it any more.',
    remedy: "Delete the hook under WebHooks in the repository's settings. The message names it.",
  },

  NotVerified: {
    meaning: 'The operator does not know whether DingTalk accepts messages to the robot.',
    remedy: 'Wait some seconds, or see Accepted, or set spec.verify: OnChange.',
  },
  KeywordMissing: {
    meaning: "The message contains none of the robot's keywords.",
    remedy: 'List the keywords in spec.keywords, exactly as DingTalk shows them.',
  },
  SignatureRejected: {
    meaning: 'DingTalk rejected the signature.',
    remedy: 'Copy the signing secret of this very robot into the Secret that spec.signing names.',
  },
  TimestampRejected: {
    meaning: 'DingTalk rejected the time of the signature as too old or too new.',
    remedy: 'Set the clock of the node.',
  },
  IPNotAllowed: {
    meaning: "The robot does not accept messages from the sender's address.",
    remedy:
      "Add the address to the robot's IP ranges. If Argo CD's controller sends from another address, add that address too.",
  },
  SecurityRejected: {
    meaning: "The message does not meet one of the robot's security settings.",
    remedy: "Compare the robot's security settings with spec.keywords and spec.signing.",
  },
  TokenUnknown: {
    meaning: 'DingTalk knows no robot with this access token.',
    remedy: 'Copy the webhook URL again.',
  },
  GroupDisbanded: { meaning: "The robot's group no longer exists.", remedy: 'Use a robot of another group.' },
  RobotDisabled: {
    meaning: 'The robot is switched off in DingTalk.',
    remedy: "Switch the robot on in the group's settings.",
  },
  RobotRemoved: {
    meaning: 'The robot was removed from its group.',
    remedy: 'Add a custom robot to the group and store its credentials.',
  },
  Throttled: {
    meaning: 'DingTalk accepts no messages now, because the robot got too many.',
    remedy: 'Subscribe to fewer events, or use several robots.',
  },
  QuotaExceeded: {
    meaning: "The organisation's quota of robot messages is used up.",
    remedy: "Wait, or ask the organisation's administrator.",
  },
  DingTalkBusy: { meaning: 'DingTalk says that it is busy.', remedy: 'Wait; the operator tries again.' },
  RequestRefused: {
    meaning: 'DingTalk does not recognise the request as a call of its API.',
    remedy: 'Look for a proxy that changes requests; check dingtalk.endpoint.',
  },
  MessageRefused: {
    meaning: 'DingTalk does not accept a message of this form.',
    remedy:
      "Compare your own template with DingTalk's message types. If the catalogue made the message, report a bug.",
  },
  MessageTooLong: { meaning: 'The message is longer than DingTalk accepts.', remedy: 'Shorten the message.' },
  ContentRefused: {
    meaning: "DingTalk's content check refused the message.",
    remedy: 'Change the content that the message names.',
  },
  DingTalkRefused: {
    meaning: 'DingTalk refused the message with an unknown code.',
    remedy: "Look the code up in DingTalk's documentation.",
  },
  MessageExpired: {
    meaning: 'A message waited too long in the relay, so the relay did not send it.',
    remedy: 'Find out why the messages of the robot had to wait.',
  },
  Unreachable: {
    meaning: 'DingTalk did not answer.',
    remedy: 'Check name resolution, NAT gateway, firewall, network policies, HTTPS_PROXY and NO_PROXY.',
  },
  CertificateNotTrusted: {
    meaning: "The certificate that DingTalk's host presented is not trusted.",
    remedy: 'If your own proxy decrypts TLS, name its CA in dingtalk.caFile.',
  },
  UnexpectedAnswer: {
    meaning: 'The answer does not come from DingTalk.',
    remedy: 'Check the proxies between the operator and DingTalk.',
  },
} as const satisfies Record<string, ReasonText>;

/** A key of {@link REASONS}. */
export type Reason = keyof typeof REASONS;
