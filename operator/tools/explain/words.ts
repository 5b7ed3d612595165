import type { ApplicationCriteria } from '../../api/types.generated.ts';
import { formatDuration } from '../../config/config.ts';
import { countsDestinations } from '../../core/resolve/access-condition.ts';
import { own } from '../../lib/own.ts';
import { findTrigger } from '../../message/catalogue/catalogue.ts';
import { describeTrigger } from '../../message/catalogue/descriptions.ts';
import { nullSafe } from '../../message/catalogue/trigger.ts';
import type { Clause } from './clauses.ts';
import type { EventView } from './views.ts';

/** An Application as the API server has it. */
export type ApplicationFields = Readonly<Record<string, unknown>>;

/** The context of a sentence, beside the Application. */
export interface WordsContext {
  /** Of the subscription. */
  readonly namespace: string;
  readonly criteria: ApplicationCriteria;
  readonly maxEventAgeMs: number;
  /** Where Argo CD runs. */
  readonly argocdNamespace: string;
  /** Whether a problem was found that may prevent the notification. */
  readonly isBlocked: boolean;
  /** Whether the caller knows all grants. */
  readonly knowsGrants: boolean;
}

interface Details extends WordsContext {
  /** The time of the event according to the Application; empty if the Application does not say it. */
  readonly time: string | undefined;
  /** The error of the whole condition. */
  readonly error: string | undefined;
}

/** The reason why an event is not sent, according to the first part of its condition that does not hold. */
export function clauseText(
  app: ApplicationFields,
  view: EventView,
  clause: Clause | undefined,
  details: Details,
): string {
  const { namespace, time, error } = details;
  switch (clause?.kind) {
    case 'fence':
      return accessText(app, namespace, clause.expression);
    case 'criterion':
      return `spec.applications.${clause.field}: ${criterionText(app, clause.field ?? '', details.criteria)}`;
    case 'condition':
      return error === undefined ? conditionText(app, view) : `the condition fails: ${error}`;
    case 'since':
      return time
        ? `the event happened at ${time}, before it began to count (${view.since}, when it was last added, changed or resumed, or got another robot); earlier occurrences are not sent`
        : `the Application does not say when the event happened (${timeField(view)})`;
    case 'age':
      return `the event happened at ${time || 'an unknown time'}, longer ago than limits.maxEventAge (${formatDuration(details.maxEventAgeMs)})`;
    case 'leader':
      return `this subscription has not sent ${clause.events?.join(' or ')} about the Application, so there is no end to report`;
    case 'part':
      return `a part of the live condition is not true: ${clause.expression}`;
    case undefined:
      return error === undefined ? 'the condition is not true' : `the condition fails: ${error}`;
  }
}

/** In place of {@link clauseText} if a grant that the caller may not read could let the Application through. */
export const unknownAccessText = (app: ApplicationFields, namespace: string): string =>
  `only a grant could let namespace ${namespace} be notified about the Application of project ${projectOf(app)}, and the grants are not known`;

/** In place of {@link clauseText} for an event that follows others, if the relay sends them. */
export const followedText = ({ events = [] }: Clause): string =>
  `the event follows ${events.join(' or ')}, and only the relay knows whether it has sent that about the Application`;

function accessText(app: ApplicationFields, namespace: string, accessCondition: string): string {
  const [home, target] = [textAt(app, 'metadata.namespace'), textAt(app, 'spec.destination.namespace')];
  const head =
    `namespace ${namespace} may not be notified about the Application: project ${projectOf(app)} is not granted to ${namespace} ` +
    `(by tenancy.projects or on the AppProject); the Application lives in ${home}, not in ${namespace}`;
  const destination = `${target} in ${clusterOf(app)}`;
  return countsDestinations(accessCondition)
    ? `${head}; the destination, ${destination}, is not namespace ${namespace} in a cluster that counts`
    : `${head}; the destination, ${destination}, does not count (tenancy.destinations: Ignored)`;
}

function criterionText(app: ApplicationFields, field: string, criteria: ApplicationCriteria): string {
  const lists: Readonly<Record<string, readonly [string, readonly string[] | undefined]>> = {
    projects: [`the project is ${projectOf(app)}`, criteria.projects],
    names: [`the name is ${textAt(app, 'metadata.name')}`, criteria.names],
    namespaces: [`the namespace is ${textAt(app, 'metadata.namespace')}`, criteria.namespaces],
    destinationNamespaces: [
      `the destination namespace is ${textAt(app, 'spec.destination.namespace')}`,
      criteria.destinationNamespaces,
    ],
    clusters: [`the destination cluster is ${clusterOf(app)}`, criteria.clusters],
  };
  const [is, wanted] = own(lists, field) ?? [];
  if (is !== undefined) return `${is}, not ${(wanted ?? []).join(' or ')}`;
  const { matchLabels = {}, matchExpressions = [] } = criteria.selector ?? {};
  const labels = (valueAt(app, 'metadata.labels') ?? {}) as Readonly<Record<string, string>>;
  const has = (key: string) =>
    own(labels, key) === undefined
      ? `the label ${key} is missing`
      : `the label ${key} is ${own(labels, key)}`;
  const label = /^selector\.matchLabels\[(.*)\]$/.exec(field)?.[1];
  if (label !== undefined) return `${has(label)}; required: ${own(matchLabels, label)}`;
  const {
    key,
    operator,
    values = [],
  } = matchExpressions[Number(/\d+/.exec(field)?.[0])] ?? { key: '', operator: '' };
  return `${has(key)}; required: ${[operator, values.join(', ')].filter(Boolean).join(' ')}`;
}

function conditionText(app: ApplicationFields, { name, event }: EventView): string {
  const trigger = event?.catalogueName === undefined ? undefined : findTrigger(event.catalogueName);
  const state = [
    ['the last operation', 'status.operationState.phase'],
    ['the health', 'status.health.status'],
    ['the sync status', 'status.sync.status'],
  ].map(([field, path]) => `${field} is ${textAt(app, path ?? '')}`);
  if (!trigger) return `the condition of ${name} is not true for the Application; ${state.join(', ')}`;
  return `${name} is sent when ${describeTrigger(trigger.name, 'en').when}; ${state.join(', ')}`;
}

function timeField({ event }: EventView): string {
  const time = event?.trigger.eventTime;
  if (!time) return 'no eventTime';
  if ('path' in time) return nullSafe(time.path);
  return 'list' in time ? nullSafe(time.list) : 'eventTime';
}

/**
 * Argo CD sends nothing about an Application before it has compared it again since a sync ended.
 * https://github.com/argoproj/argo-cd/blob/master/notification_controller/controller/controller.go (`isAppSyncStatusRefreshed`)
 */
export function isComparedSinceSync(app: ApplicationFields): boolean {
  const at = (path: string) => Date.parse(String(valueAt(app, path) ?? ''));
  const phase = valueAt(app, 'status.operationState.phase');
  if (!['Failed', 'Error', 'Succeeded'].includes(String(phase))) return true;
  const finished = at('status.operationState.finishedAt');
  return finished <= at('status.reconciledAt') || finished <= at('status.observedAt');
}

/** `namespace/name`. */
export const nameOf = (app: ApplicationFields): string =>
  `${textAt(app, 'metadata.namespace')}/${textAt(app, 'metadata.name')}`;

const projectOf = (app: ApplicationFields): string => textAt(app, 'spec.project');

function clusterOf(app: ApplicationFields): string {
  return String(
    valueAt(app, 'spec.destination.server') ?? valueAt(app, 'spec.destination.name') ?? '(no cluster)',
  );
}

/** The value at a path of an Application, for people. */
export function textAt(app: ApplicationFields, path: string): string {
  const value = valueAt(app, path);
  return value === undefined || value === null || value === '' ? '(none)' : String(value);
}

function valueAt(app: ApplicationFields, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, part) => own(value as Readonly<Record<string, unknown>> | null | undefined, part),
      app,
    );
}
