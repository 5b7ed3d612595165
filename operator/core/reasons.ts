/**
 * Every coded outcome that a condition or an event can show. One table, mirrored by docs/reasons.md (a test holds
 * the two together); a reason is never renamed once released, since people alert on it.
 */
export const REASONS = {
  Accepted: 'The resource makes sense and all it refers to exists and is allowed.',
  Merged: 'This generation is live in the objects that Argo CD reads.',
  Signed: 'A valid signature is live.',
  Ready: 'Everything holds.',

  NoArgoCDURL: 'No Argo CD URL is known, so that messages carry no link.',
  PastedSignatureIgnored: 'The webhook URL came with a timestamp and a signature, which were left out.',
  ReplayPossible: 'An event of somebody’s own does not say when it happened.',
  ProjectNotGranted: 'A project that the subscription names is not granted to its namespace.',
  SigningSecretUnusual: 'The signing secret does not look like one of DingTalk.',

  Suspended: 'spec.suspend is true.',
  CredentialsNotFound: 'The Secret that the robot names does not exist.',
  CredentialsKeyNotFound: 'The Secret exists but lacks the key that the robot names.',
  CredentialsUnreadable: 'The Secret could not be read.',
  InvalidWebhook: 'The credential is neither an access token nor a webhook URL of DingTalk.',
  InvalidSigningSecret: 'The signing secret cannot be one.',
  HostNotAllowed: 'The webhook URL points to a host that this installation does not allow.',
  RawTemplateNotTrusted: 'message.raw is for trusted namespaces only.',
  UnknownTrigger: 'The catalogue has no trigger of this name.',
  CompanionMissing: 'An event tells how another one ended, which the subscription does not have.',
  TemplateNotFound: 'The template that an event names does not exist.',
  TemplateRefused: 'The template that an event names is itself not accepted.',
  RobotNotFound: 'A robot that the subscription names does not exist.',
  RobotNotReady: 'A robot that the subscription names is not accepted.',
  RobotSuspended: 'A robot that the subscription names is suspended.',
  EngineRefused: 'Argo CD’s engine does not accept it.',
  ExpressionNotAllowed: 'An expression uses what conditions of a subscription may not.',
  TooExpensive: 'A template or expression took too much time or memory.',
  GateUnavailable: 'Argo CD’s engine has not judged it yet.',
  InvalidMessage: 'A template does not yield a message that DingTalk would take.',
  UnsupportedField: 'A field that this version of the operator does not know.',
  ForeignKeyBroken: 'A key of somebody else’s stops Argo CD’s notifications for everybody.',
  TooManyDestinations: 'The subscription has more robots times events than Argo CD can keep account of.',
  TargetFull: 'Argo CD’s ConfigMap has no room for it.',
  KeyTaken: 'Somebody else holds a key of the name that this resource needs.',

  NotAccepted: 'Nothing is live, because the resource is not accepted.',
  PreviousVersionLive: 'The newest generation is not accepted; an earlier version stays live.',
  PartlyLive: 'All is live but for the robots that are missing.',
  Pending: 'Not yet written.',
  TargetNotFound: 'The ConfigMap or the Secret of Argo CD does not exist.',
  TargetBroken: 'The shared key `subscriptions` cannot be edited safely.',
  WriteFailed: 'The API server refused the write.',
  NotSigned: 'No valid signature is live.',
} as const;

/** A key of {@link REASONS}. */
export type Reason = keyof typeof REASONS;
