import {
  type AnnotatedService,
  annotatedServices,
  legacyServices,
} from '../../argocd/subscribe-annotations.ts';
import { firstOf } from '../../lib/first-of.ts';
import { own } from '../../lib/own.ts';
import type { DingTalkService } from './robots.ts';
import type { ScopedApplication, SubscriberScope } from './scope.ts';

/** An Application, an AppProject or an ApplicationSet: all of them can carry annotations that subscribe. */
export interface SubscribableObject {
  readonly kind?: string;
  readonly metadata: {
    readonly namespace?: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
}

/** The object that an annotation is on. */
interface AnnotatedObjectName {
  readonly kind: 'Application' | 'AppProject';
  readonly namespace: string;
  readonly name: string;
}

/** A service that an Application or AppProject subscribes itself to. */
export interface AnnotatedSubscriber extends AnnotatedService {
  readonly object: AnnotatedObjectName;
  /** The value of the annotation. */
  readonly value: string;
  readonly scope: SubscriberScope;
}

/** The objects that may subscribe by annotation, as far as they are known. */
export interface SubscribableObjects {
  readonly applications: readonly (SubscribableObject & ScopedApplication)[];
  readonly projects: readonly SubscribableObject[];
}

/** The subscribers by annotation, and the annotations that have no effect. */
export interface AnnotatedSubscribers {
  readonly subscribers: readonly AnnotatedSubscriber[];
  readonly ineffective: readonly AnnotatedSubscriber[];
}

/**
 * The services that objects subscribe themselves to by annotation. Argo CD reads annotations of the old form on AppProjects only,
 * and AppProjects in its own namespace only.
 * @param home Argo CD's namespace
 */
export function annotatedSubscribers(
  { applications, projects }: SubscribableObjects,
  home: string,
): AnnotatedSubscribers {
  const ofApplications = (read: Reader) =>
    applications.flatMap((each) =>
      subscribersOf(each, 'Application', home, read, ({ namespace, name }) => ({
        kind: 'application',
        namespace,
        name,
      })),
    );
  const ofProjects = (read: Reader) =>
    projects.flatMap((each) =>
      subscribersOf(each, 'AppProject', home, read, ({ name }) => ({ kind: 'project', project: name })),
    );
  const onProjects = [...ofProjects(annotatedServices), ...ofProjects(legacyServices)];
  const isAtHome = ({ object }: AnnotatedSubscriber): boolean => object.namespace === home;
  return {
    subscribers: [...ofApplications(annotatedServices), ...onProjects.filter(isAtHome)],
    ineffective: [...ofApplications(legacyServices), ...onProjects.filter((each) => !isAtHome(each))],
  };
}

type Reader = typeof annotatedServices;

function subscribersOf(
  { metadata }: SubscribableObject,
  kind: AnnotatedObjectName['kind'],
  home: string,
  read: Reader,
  scopeOf: (object: AnnotatedObjectName) => SubscriberScope,
): AnnotatedSubscriber[] {
  const object = { kind, namespace: metadata.namespace ?? home, name: metadata.name };
  return read(metadata.annotations).map((each) => ({
    ...each,
    object,
    value: `${own(metadata.annotations ?? {}, each.annotation) ?? ''}`,
    scope: scopeOf(object),
  }));
}

/** `Application argocd/shop`. */
export const annotatedName = ({ kind, namespace, name }: AnnotatedObjectName): string =>
  `${kind} ${namespace}/${name}`;

const MAX_NAMED = 10;

/** Says which annotations for DingTalk have no effect, and why. Nothing is made of them: nothing is sent for them today. */
export function ineffectiveNotes(
  ineffective: readonly AnnotatedSubscriber[],
  services: ReadonlyMap<string, DingTalkService>,
): string[] {
  const groups = new Map<string, Set<string>>();
  for (const { annotation, object, service } of ineffective) {
    if (!services.has(service)) continue;
    const why =
      object.kind === 'Application'
        ? 'Argo CD reads it on AppProjects only'
        : 'Argo CD reads AppProjects in its own namespace only';
    const key = `the annotation ${annotation} has no effect: ${why}`;
    groups.set(key, (groups.get(key) ?? new Set()).add(annotatedName(object)));
  }
  return [...groups].map(([text, objects]) => `${text}. Remove it from ${firstOf([...objects], MAX_NAMED)}.`);
}
