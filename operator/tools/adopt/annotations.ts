import { type AnnotatedService, annotatedServices } from '../../argocd/subscribe-annotations.ts';

/** An Application or an AppProject: both can carry annotations that subscribe. */
export interface SubscribableObject {
  readonly kind?: string;
  readonly metadata: {
    readonly namespace?: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** A service that an Application or AppProject subscribes itself to. */
export interface AnnotatedSubscriber extends AnnotatedService {
  /** `Application argocd/shop`. */
  readonly object: string;
}

/** The services that an object subscribes itself to by annotation. */
export function annotatedSubscribers({ metadata }: SubscribableObject, kind: string): AnnotatedSubscriber[] {
  const object = `${kind} ${metadata.namespace ?? 'default'}/${metadata.name}`;
  return annotatedServices(metadata.annotations).map((each) => ({ object, ...each }));
}
