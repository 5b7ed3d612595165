import { formatContext } from '../argocd/context-value.ts';
import { RELAY_SERVICE } from '../argocd/names.ts';
import type { DescribedApplication } from '../core/resolve/criteria-match.ts';
import { isNestedBeyond } from '../lib/json-nesting.ts';

/** An event as Argo CD posts it. */
export interface PostedEvent {
  /** The name of a trigger of the catalogue, or of the trigger of an event with a condition of its own. */
  readonly event: string;
  /** The Application as it came. */
  readonly app: Readonly<Record<string, unknown>>;
  /** The AppProject of the Application, if Argo CD knows one. */
  readonly appProject: Readonly<Record<string, unknown>> | undefined;
  /** The value of `context` in Argo CD's ConfigMap. */
  readonly contextValue: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** The fields that routes ask for. A value of another type than Argo CD's is absent. */
  readonly described: DescribedApplication;
}

/** More than any Application has. What is deeper would exhaust the stack of those who write it out again. */
const MAX_DEPTH = 500;
/** The longest name of an object is shorter, and so is the name of a trigger with three labels. */
const MAX_NAME = 300;

/** Reads the body of a post; undefined if it is not JSON, or not about an Application. */
export function readPostedEvent(text: string): PostedEvent | undefined {
  if (isNestedBeyond(text, { depth: MAX_DEPTH })) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { event, app, appProject, context } = fieldsOf(body);
  const contextValue = contextValueOf(fieldsOf(context));
  if (contextValue === undefined) return undefined;
  const { metadata, spec } = fieldsOf(app) as { readonly metadata?: unknown; readonly spec?: unknown };
  const { uid, namespace, name, labels } = fieldsOf(metadata) as Readonly<Record<string, unknown>>;
  if (!isName(event) || !isName(uid) || !isName(namespace) || !isName(name)) return undefined;
  const { project, destination } = fieldsOf(spec) as Readonly<Record<string, unknown>>;
  const target = fieldsOf(destination) as Readonly<Record<string, unknown>>;
  return {
    ...{ event, uid, namespace, name },
    app: fieldsOf(app),
    appProject: appProject === undefined ? undefined : fieldsOf(appProject),
    contextValue,
    described: {
      metadata: {
        namespace,
        name,
        labels: withoutNull(fieldsOf(labels)) as Readonly<Record<string, string>>,
      },
      spec: {
        ...textOf('project', project),
        destination: {
          ...textOf('namespace', target.namespace),
          ...textOf('server', target.server),
          ...textOf('name', target.name),
        },
      },
    },
  };
}

/** Argo CD names the service in the context that a template sees, unless the ConfigMap says something else: here it is the relay. */
function contextValueOf(context: Readonly<Record<string, unknown>>): string | undefined {
  const values = Object.entries(context).flatMap(([name, value]) =>
    typeof value === 'string' && !(name === 'notificationType' && value === RELAY_SERVICE)
      ? [[name, value] as const]
      : [],
  );
  try {
    return formatContext(Object.fromEntries(values));
  } catch {
    return undefined; // No ConfigMap can have such a text.
  }
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

/** For Argo CD's expressions, a name with null is not there. */
const withoutNull = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_NAME;

const textOf = <Name extends string>(name: Name, value: unknown): { readonly [N in Name]?: string } =>
  (typeof value === 'string' ? { [name]: value } : {}) as { readonly [N in Name]?: string };
