import { readKey } from '../names.ts';

/** The words of the engine about a value of another form, and the remedy. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [
    /object into Go value of type \[\]triggers\.Condition/,
    'A trigger is a list of conditions: begin the first line with `- `, and indent the lines below it by two spaces (`- when: …`, then `  send: [TEMPLATE]`).',
  ],
  [
    /into Go value of type (\[\])?triggers\.Condition$/,
    'A trigger is a list of conditions. Each has the lines `- when: CONDITION` and `  send: [TEMPLATE]`.',
  ],
  [/Condition\.send of type \[\]string/, 'Write the templates as a list: `send: [TEMPLATE]`.'],
  [
    /Condition\.(when|oncePer) of type string/,
    'Write one expression as a text. Join several conditions by `and`, and put a text with `: `, `{` or `[` at its beginning in quotes.',
  ],
  [
    /rawSubscription\.recipients of type \[\]string/,
    'Write the recipients as a list: `recipients: [SERVICE]`.',
  ],
  [/rawSubscription\.triggers of type \[\]string/, 'Write the triggers as a list: `triggers: [TRIGGER]`.'],
  [
    /(bool|number) into Go struct field rawSubscription\./,
    'Put the name in quotes: YAML reads on, off, yes, no, y, n and numbers as something else than text.',
  ],
  [
    /rawSubscription\.selector of type string/,
    'Write the selector as a text, as for kubectl: `selector: team=payments,env in (prod)`.',
  ],
  [/unable to parse requirement/, 'Write the selector as for kubectl: `team=payments,env in (prod)`.'],
  [
    /object into Go value of type subscriptions\.DefaultSubscriptions/,
    'The value is a list of entries: begin the first line with `- `, and indent the lines below it by two spaces (`- recipients: [SERVICE]`, then `  triggers: [TRIGGER]`).',
  ],
  [
    /into Go value of type subscriptions\./,
    'Each entry has the lines `- recipients: [SERVICE]` and `  triggers: [TRIGGER]`.',
  ],
  [
    /into Go value of type services\.Notification$/,
    'Write the text below the service: `webhook: {SERVICE: {method: POST, body: …}}`, with each field on its own line.',
  ],
  [
    /Notification\.webhook of type |\bwebhook of type services\./,
    'The field webhook has the name of each service as a key: `webhook:`, below it `  SERVICE:`, below that `    method: POST` and `    body: |`.',
  ],
  [
    /WebhookNotification\.webhook\.body of type string/,
    'The body is a text: write `body: |`, and the JSON on the lines below it, indented further.',
  ],
  [
    /WebhookOptions\.retryWait\w+ of type time\.Duration/,
    'Argo CD reads these waits as whole nanoseconds: 1000000000 is one second. Or remove the line.',
  ],
  [
    /WebhookOptions\.headers of type /,
    'Write the headers as a list: `headers: [{name: Content-Type, value: application/json}]`.',
  ],
  [/WebhookOptions\S* of type (bool|int)$/, 'Write the value without quotes.'],
  [
    /into Go value of type services\.WebhookOptions$/,
    'Write the URL as the line `url: …`, and the headers as `headers: [{name: Content-Type, value: application/json}]`.',
  ],
  [
    /into Go value of type map\[string\]string$/,
    'The value is a list of lines such as `argocdUrl: https://…`.',
  ],
  [
    /error creating merge patch: Invalid JSON Document/,
    'The key config.yaml has subscriptions, and Argo CD needs the key subscriptions for them: move the entries there.',
  ],
];

/** The remedy for a value that is YAML of another form than the engine asks for. */
export function valueRemedy(key: string, message: string): string | undefined {
  const [, remedy] = FORMS.find(([words]) => words.test(message)) ?? [];
  if (remedy !== undefined) return remedy;
  const isDefaults = key === 'defaultTriggers' || readKey(key)?.kind === 'defaults';
  return isDefaults && message.includes('of type []string')
    ? 'Write a list of triggers: `[TRIGGER]`.'
    : undefined;
}
