import { readEntryFields } from '../../argocd/entry-fields.ts';
import {
  DEFAULT_TRIGGERS_KEY,
  SUBSCRIPTIONS_KEY,
  serviceKey,
  templateKey,
  triggerKey,
} from '../../argocd/names.ts';
import { annotatedServices } from '../../argocd/subscribe-annotations.ts';
import type { LiveObject } from '../../core/model/snapshot.ts';
import { closest } from '../../lib/closest.ts';
import { shellWord } from '../../lib/shell.ts';
import type { SubscribableObject } from './annotations.ts';
import { didYouMean, entryMistakes, missingTriggers, strayFields } from './entry-mistakes.ts';
import { type ForeignConfig, readForeignConfig } from './foreign-config.ts';

/** The parts of the input in which names and fields can be wrong. */
export interface NearMissInput {
  readonly configMap: LiveObject;
  readonly applications?: readonly SubscribableObject[] | undefined;
  readonly projects?: readonly SubscribableObject[] | undefined;
}

/**
 * Configuration that Argo CD accepts, and that does something else than its author seems to want: names that nothing has, and
 * fields that Argo CD does not read. Each sentence says where it is, what Argo CD does today, and the remedy. Adopt changes none of it.
 */
export function nearMisses({ configMap, applications = [], projects = [] }: NearMissInput): string[] {
  const config = readForeignConfig(configMap);
  const objects = [
    ...applications.map((each) => [each, 'Application'] as const),
    ...projects.map((each) => [each, 'AppProject'] as const),
  ];
  const fields = readEntryFields(configMap.data[SUBSCRIPTIONS_KEY]);
  return [
    ...fields.flatMap(strayFields),
    ...config.entries.flatMap((entry) => entryMistakes(entry, config)),
    ...missingTriggers(config.defaultTriggers, config).map((text) => `${DEFAULT_TRIGGERS_KEY}: ${text}`),
    ...objects.flatMap(([each, kind]) => annotationMistakes(each, kind, config)),
    ...objects.flatMap(([each, kind]) => labelMistakes(each, kind)),
    ...[...config.services].flatMap(([name, { url }]) => urlMistakes(name, url, config)),
    ...[...config.triggers.keys()].flatMap((name) => triggerMistakes(name, config)),
    ...[...config.templates].flatMap(([name, { webhook, others }]) => [
      ...[...webhook.keys()].flatMap((service) => templateMistakes(name, service, config)),
      ...others.flatMap((field) => misplacedMessages(name, field, config)),
    ]),
  ];
}

function annotationMistakes({ metadata }: SubscribableObject, kind: string, config: ForeignConfig): string[] {
  return annotatedServices(metadata.annotations).flatMap(({ annotation, service, recipients, triggers }) => {
    const names = [...config.serviceKeys.keys()];
    // The type of the service is there in place of its name, or service and trigger are in the wrong order.
    const named = [...recipients, ...triggers].find((each) => config.services.has(each));
    const guess = names.includes(service) ? undefined : (named ?? closest(service, names));
    // Annotations for services that are not configured are common, and say nothing about DingTalk.
    const isOurs = guess !== undefined || config.services.has(service);
    const found = [
      ...(guess
        ? [`there is no service ${service}, so Argo CD sends nothing to it.${didYouMean(guess)}`]
        : []),
      ...(config.services.has(service) && recipients.length === 0 ? [withoutRecipients(service)] : []),
      ...(isOurs ? missingTriggers(triggers, config) : []),
    ];
    return found.map((text) => `${objectNameOf(metadata, kind)}, annotation ${annotation}: ${text}`);
  });
}

/** A webhook has no use for the text of a recipient, but Argo CD sends once for each. */
const withoutRecipients = (service: string): string =>
  `the destination ${service} has no recipients, so Argo CD sends nothing to it. Write recipients: [""] below it.`;

const objectNameOf = (
  { namespace = 'default', name }: SubscribableObject['metadata'],
  kind: string,
): string => `${kind} ${namespace}/${name}`;

function labelMistakes({ metadata }: SubscribableObject, kind: string): string[] {
  const labels = [...new Set(annotatedServices(metadata.labels).map(({ annotation }) => annotation))];
  const { namespace = 'default', name } = metadata;
  return labels.map(
    (label) =>
      `${objectNameOf(metadata, kind)}: Argo CD reads annotations only, and ${label} is a label, so it subscribes nobody. To subscribe by ` +
      `annotation: kubectl annotate ${kind.toLowerCase()} ${shellWord(name)} -n ${shellWord(namespace)} ${shellWord(label)}="".`,
  );
}

/** A text in place of a URL, as published examples have it; its value is not repeated. */
function urlMistakes(name: string, url: string, { serviceKeys }: ForeignConfig): string[] {
  if (/^\s*(https?:|\$)/i.test(url)) return [];
  const what = url.trim() === '' ? 'the service has no url' : 'the url does not begin with https://';
  return [
    `${serviceKeys.get(name)}: ${what}, so Argo CD cannot send to it. Write the Webhook URL of the robot there, or a key of the Secret ` +
      'with that URL, such as $dingtalk-url.',
  ];
}

function triggerMistakes(name: string, { triggers, templates }: ForeignConfig): string[] {
  const conditions = triggers.get(name) ?? [];
  const missing = [...new Set(conditions.flatMap(({ send }) => send))].filter((each) => !templates.has(each));
  const constant = conditions.find(({ oncePer }) => oncePer !== undefined && !/\bapp\b/.test(oncePer));
  return [
    ...missing.map(
      (each) =>
        `${triggerKey(name)}: there is no ${templateKey(each)}, so Argo CD sends nothing for this condition.${didYouMean(closest(each, [...templates.keys()]))}`,
    ),
    ...(constant
      ? [
          `${triggerKey(name)}: oncePer ${constant.oncePer} is the same for ever, so Argo CD sends once for each Application and then never ` +
            'again. Did you mean a field, such as app.status.operationState?.syncResult?.revision?',
        ]
      : []),
  ];
}

/** A message that is not below `webhook`. */
function misplacedMessages(name: string, field: string, { services }: ForeignConfig): string[] {
  if (!services.has(field)) return [];
  return [
    `${templateKey(name)}: Argo CD does not read the field ${field} of a template. The message for the service ${field} belongs below ` +
      'the field webhook, indented by two more spaces.',
  ];
}

function templateMistakes(name: string, service: string, { serviceKeys }: ForeignConfig): string[] {
  if (serviceKeys.has(service)) return [];
  const guess = closest(service, [...serviceKeys.keys()]);
  if (guess === undefined) return [];
  return [
    `${templateKey(name)}: the template has a message for the service ${service}, which does not exist. So this message is never sent. Did you mean ${guess} ` +
      `(${serviceKeys.get(guess) ?? serviceKey(guess)})?`,
  ];
}
