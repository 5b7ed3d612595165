import { readYaml, yamlItems, yamlStruct, yamlText, yamlTexts } from './yaml-value.ts';

/**
 * The annotations by which an Application or an AppProject subscribes itself. Argo CD reads every annotation that begins with
 * one of these.
 *
 * https://github.com/argoproj/notifications-engine/blob/master/pkg/subscriptions/annotations.go
 */
export const SUBSCRIBE = 'notifications.argoproj.io/subscribe.';
export const SUBSCRIPTIONS_ANNOTATION = 'notifications.argoproj.io/subscriptions';

/**
 * The end of the annotations by which Argo CD Notifications was subscribed before it became a part of Argo CD. Argo CD still reads
 * them on AppProjects, and on no Application.
 *
 * https://github.com/argoproj/argo-cd/blob/master/util/notification/settings/legacy.go (`GetLegacyDestinations`)
 */
const LEGACY = 'recipients.argocd-notifications.argoproj.io';

/** The form of an annotation: the trigger and service in its key, a YAML list, or a list of recipients as it was before Argo CD 2.3. */
type AnnotationForm = 'key' | 'list' | 'legacy';

/** The service and triggers that one annotation subscribes an object to. */
export interface AnnotatedService {
  readonly annotation: string;
  readonly form: AnnotationForm;
  readonly service: string;
  /** The texts after the service. An empty text is a recipient, too: a webhook needs no other. Without any, nothing is sent. */
  readonly recipients: readonly string[];
  /** Empty: the default triggers. */
  readonly triggers: readonly string[];
}

type Annotations = Readonly<Record<string, string>> | undefined;

/** In a file, the value may be anything. */
const textEntries = (annotations: Annotations): [string, string][] =>
  Object.entries(annotations ?? {}).map(([annotation, value]) => [annotation, yamlText(value)]);

/** The services that an object subscribes itself to by annotation, in both forms. Annotations that Argo CD can't read count as absent. */
export const annotatedServices = (annotations: Annotations): AnnotatedService[] =>
  textEntries(annotations).flatMap(([annotation, value]) => subscribed(annotation, value));

/** The services that an AppProject subscribes its Applications to by annotations of the old form. */
export const legacyServices = (annotations: Annotations): AnnotatedService[] =>
  textEntries(annotations).flatMap(([annotation, value]) =>
    annotation.endsWith(LEGACY) ? legacy(annotation, value) : [],
  );

/**
 * The value of an annotation of the old form without some services.
 * @returns undefined if nothing is left
 */
export function withoutLegacyServices(
  value: string,
  isGone: (service: string) => boolean,
): string | undefined {
  const left = textsOf(value, ',').filter((each) => !isGone(each.split(':')[0] ?? ''));
  return left.length === 0 ? undefined : left.join(', ');
}

function subscribed(annotation: string, value: string): AnnotatedService[] {
  if (annotation.startsWith(SUBSCRIBE)) {
    const [first = '', second] = annotation.slice(SUBSCRIBE.length).split('.');
    const recipients = value === '' ? [''] : textsOf(value, ';');
    const named = second === undefined ? { service: first, triggers: [] } : keyed(first, second);
    return [{ annotation, form: 'key', recipients, ...named }];
  }
  if (!annotation.startsWith(SUBSCRIPTIONS_ANNOTATION)) return [];
  return yamlItems(readYaml(value)).flatMap((entry) => listed(annotation, entry));
}

/** Argo CD takes a trigger without a name for none. */
const keyed = (trigger: string, service: string) => ({ service, triggers: trigger === '' ? [] : [trigger] });

function listed(annotation: string, entry: unknown): AnnotatedService[] {
  const { trigger, destinations } = yamlStruct(entry, ['trigger', 'destinations']).fields;
  const triggers = yamlTexts(trigger);
  return yamlItems(destinations).map((each) => {
    const { service, recipients } = yamlStruct(each, ['service', 'recipients']).fields;
    return {
      annotation,
      form: 'list',
      service: yamlText(service),
      recipients: yamlTexts(recipients),
      triggers,
    };
  });
}

function legacy(annotation: string, value: string): AnnotatedService[] {
  const trigger = annotation.slice(0, -LEGACY.length).replace(/\.+$/, '');
  return textsOf(value, ',').map((each) => {
    const [service = '', recipient = ''] = each.split(':');
    const triggers = trigger === '' ? [] : [trigger];
    return { annotation, form: 'legacy', service, recipients: [recipient], triggers };
  });
}

const textsOf = (value: string, separator: string): string[] =>
  value
    .split(separator)
    .map((each) => each.trim())
    .filter((each) => each !== '');
