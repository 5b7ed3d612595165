/** What a robot is reached with. Secret: never leaves the target Secret. */
export interface Credential {
  /** Webhook URL with the access token, without signature. */
  readonly url: string;
  readonly signingSecret?: string;
}
