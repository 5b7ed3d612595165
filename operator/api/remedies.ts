import type { Reason } from './reasons.ts';

/**
 * What to do about each reason, in plain text; empty where there is nothing to do. `lint` shows it as a finding's hint,
 * and docs/reasons.md has it as its third column (a test holds the two together).
 */
export const REMEDIES: Readonly<Record<Reason, string>> = {
  Accepted: '',
  Merged: '',
  Signed: '',
  Delivering: '',
  Ready: '',

  NoArgoCDURL:
    "Set argocd.url in the operator's configuration, argocdUrl in the context of argocd-notifications-cm, or url in " +
    'argocd-cm.',
  PastedSignatureIgnored:
    'Store the URL as DingTalk shows it. If the robot demands a signature, add spec.signing.',
  ReplayPossible: 'Add eventTime to the event.',
  ConditionAlwaysFails:
    "Write ?. where a field may be missing, and ?? for what to take instead: (app.status?.health?.status ?? '').",
  ExpressionDiscouraged:
    'Look at annotations, messages and other long fields four times at the most; names, labels, phases, revisions and times ' +
    'do not count.',
  ProjectNotGranted:
    'Ask the platform team for a grant: under tenancy.projects, or by the annotation argocd-dingtalk.io/namespaces on the ' +
    'AppProject.',
  SigningSecretUnusual: 'Check that the right value is in the Secret.',
  CostlyRoute:
    'Label the applications and add applications.selector, or ask the platform team to raise limits.unscopedTriggers.',
  ThrottlingPossible: 'Spread the subscriptions over several robots, or subscribe to fewer events.',
  KeywordNotInTemplate: 'Write one of the keywords into message.raw.',

  Suspended: 'Set spec.suspend to false. What happened meanwhile is not sent afterwards.',
  NamespaceNotSelected:
    'Ask the platform team: tenancy.namespaceSelector says which labels the Namespace needs, and tenancy.deniedNamespaces ' +
    'which are left out.',
  CredentialsNotFound:
    'Create the Secret. It is found within seconds at first, later within credentials.rereadInterval; the annotation ' +
    'argocd-dingtalk.io/reconcile-at on the robot, with any new value, has it read at once.',
  CredentialsKeyNotFound: 'Correct secretKeyRef.key, or add the key to the Secret.',
  CredentialsUnreadable: 'Look at the message: often a right is missing that config/rbac grants.',
  InvalidWebhook:
    "Copy the URL or token again from the robot's settings; white space inside is a frequent cause.",
  InvalidSigningSecret: "Copy the secret again from the robot's security settings (加签).",
  HostNotAllowed: 'Correct the URL, or ask the platform team to extend dingtalk.allowedHosts.',
  RawTemplateNotTrusted:
    "Leave the template out of the event to get the catalogue's message, or ask for the namespace to be added to " +
    'tenancy.trustedNamespaces.',
  UnknownTrigger: 'Take one that the message lists.',
  CompanionMissing: 'Add - trigger: on-health-degraded to spec.events.',
  CriteriaTooCostly: 'Use exact names, applications.selector, or fewer or shorter patterns.',
  TemplateNotFound:
    "Create it, correct the name, or have its owner list the subscription's namespace in spec.sharedWith. A version of the " +
    'subscription that is live stays live, but for events whose template is not shared any more.',
  TemplateRefused: "See the template's own conditions.",
  RobotNotFound:
    "Create the robot, have its owner list the subscription's namespace in spec.sharedWith, or take it off the list.",
  RobotNotReady: "See the robot's own conditions.",
  RobotSuspended: 'Resume the robot, or take it off the list.',
  InvalidTemplate: 'Correct what the message names; docs/templates.md describes the language.',
  UnknownParam: "Correct the name, or add it to the template's spec.params.",
  MentionNotPossible: 'Drop at from the event, or use a markdown or text message.',
  UnknownTimeZone: 'Write an IANA name, letter by letter, such as Asia/Shanghai.',
  EngineRefused: 'Correct what the message names.',
  ExpressionNotAllowed: 'Write the condition with what the message names.',
  ExpressionNotTrusted:
    'Use a trigger of the catalogue, or ask the platform team for tenancy.allowExpressions.',
  TooExpensive: 'Make the template or condition simpler. It is tried again after ten minutes.',
  GateUnavailable: "Wait; if it stays, look at the operator's log.",
  InvalidMessage: 'Quote values with toRawJson; test for fields that may be missing.',
  UnsupportedField: 'Upgrade the operator, or remove the field.',
  InvalidGrant: 'Correct the annotation; the entries that are right count.',
  ForeignKeyBroken: 'Mend or remove the key that the event names.',
  TooManyDestinations:
    'Use fewer robots or events, or tell subscriptions apart by exact names, destinationNamespaces or projects. It goes in ' +
    'by itself once others leave.',
  TargetFull: 'Use fewer events or robots. It goes in by itself once others leave.',
  NamespaceQuotaExceeded:
    'Remove robots, subscriptions or events of the namespace, or ask the platform team to raise limits.perNamespace. It goes ' +
    'in by itself once there is room.',
  KeyTaken: 'Remove that key if nobody needs it, or give the resource another name.',
  InternalError:
    "Look for the fault's number, which the message has, in the operator's log, and report it. Meanwhile try another way to " +
    'write what you need.',

  NotAccepted: 'See Accepted.',
  PreviousVersionLive: 'See Accepted.',
  PartlyLive: 'See Accepted.',
  Pending: "If it stays, look at the operator's log.",
  TargetNotFound: "Install Argo CD's notifications, or correct target in the operator's configuration.",
  TargetBroken: 'Mend the value; the message says where.',
  SharedKeyOwned: 'Leave the key subscriptions out of what the tool applies; the message names it.',
  EngineIgnoresSubscriptions:
    'Move the entries of the legacy key config.yaml to the key subscriptions, and remove them from config.yaml.',
  TargetContested: 'Have the tool that the message names leave these keys alone; the message says how.',
  TargetOwned: 'Change the owner as the message says, before it writes the next time.',
  WriteFailed: 'See the message.',
  NotSigned: 'See Accepted and Merged.',

  NotVerified: 'Wait some seconds, or see Accepted, or set spec.verify: OnChange.',
  KeywordMissing: 'List them in spec.keywords, exactly as DingTalk has them.',
  SignatureRejected: 'Copy the signing secret of this very robot into the Secret that spec.signing names.',
  TimestampRejected: 'Set the clock of the node.',
  IPNotAllowed:
    "Add the address to the robot's IP ranges, and that of Argo CD's controller if it is another one.",
  SecurityRejected: "Compare the robot's security settings with spec.keywords and spec.signing.",
  TokenUnknown: 'Copy the Webhook URL again.',
  GroupDisbanded: 'Use a robot of another group.',
  RobotDisabled: "Switch it on in the group's settings.",
  RobotRemoved: 'Add a custom robot and store its credentials.',
  Throttled: 'Subscribe to fewer events, or use several robots.',
  QuotaExceeded: "Wait, or ask the organisation's administrator.",
  DingTalkBusy: 'Wait; it is tried again.',
  RequestRefused: 'Look for a proxy that changes requests; check dingtalk.endpoint.',
  MessageRefused: "Compare a template of your own with DingTalk's message types; otherwise report it.",
  MessageTooLong: 'Shorten it.',
  ContentRefused: 'Change what the message names.',
  DingTalkRefused: "Look it up in DingTalk's documentation.",
  Unreachable: 'Check name resolution, NAT gateway, firewall, network policies, HTTPS_PROXY and NO_PROXY.',
  CertificateNotTrusted: 'Where a proxy of your own looks into TLS, name its CA in dingtalk.caFile.',
  UnexpectedAnswer: 'Check the proxy on the way.',
};
