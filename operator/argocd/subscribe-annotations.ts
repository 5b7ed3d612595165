import { readYaml, yamlFields, yamlItems, yamlText, yamlTexts } from './yaml-value.ts';

/**
 * The annotations by which an Application or an AppProject subscribes itself. Argo CD reads every annotation that begins with
 * one of these.
 *
 * https://github.com/argoproj/notifications-engine/blob/master/pkg/subscriptions/annotations.go
 */
const SUBSCRIBE = 'notifications.argoproj.io/subscribe.';
export const SUBSCRIPTIONS_ANNOTATION = 'notifications.argoproj.io/subscriptions';

/** The service and triggers that one annotation subscribes an object to. */
export interface AnnotatedService {
  readonly annotation: string;
  readonly service: string;
  /** Empty: the default triggers. */
  readonly triggers: readonly string[];
}

/** The services that an object subscribes itself to by annotation, in both forms. Annotations that Argo CD can't read count as absent. */
export function annotatedServices(annotations: Readonly<Record<string, string>> = {}): AnnotatedService[] {
  return Object.entries(annotations).flatMap(([annotation, value]) =>
    subscribed(annotation, value).map((each) => ({ annotation, ...each })),
  );
}

type Subscribed = Pick<AnnotatedService, 'service' | 'triggers'>;

function subscribed(annotation: string, value: string): readonly Subscribed[] {
  if (annotation.startsWith(SUBSCRIBE)) {
    const [first = '', service] = annotation.slice(SUBSCRIBE.length).split('.');
    return [service === undefined ? { service: first, triggers: [] } : { service, triggers: [first] }];
  }
  return annotation.startsWith(SUBSCRIPTIONS_ANNOTATION) ? yamlItems(readYaml(value)).flatMap(listed) : [];
}

function listed(entry: unknown): readonly Subscribed[] {
  const { trigger, triggers, destinations } = yamlFields(entry);
  const names = [...yamlTexts(trigger), ...yamlTexts(triggers)];
  return yamlItems(destinations).map((each) => ({
    service: yamlText(yamlFields(each).service),
    triggers: names,
  }));
}
