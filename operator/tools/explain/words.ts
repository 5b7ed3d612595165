import type { ApplicationCriteria } from '../../api/types.generated.ts';
import { countsDestinations } from '../../core/resolve/access-condition.ts';
import { own } from '../../lib/own.ts';
import { findTrigger } from '../../message/catalogue/catalogue.ts';
import { describeTrigger } from '../../message/catalogue/descriptions.ts';
import { nullSafe } from '../../message/catalogue/trigger.ts';
import type { Clause } from './clauses.ts';
import type { EventView } from './views.ts';

/** An Application as the API server has it. */
export type ApplicationFields = Readonly<Record<string, unknown>>;

/** What a sentence is about, beside the application. */
export interface WordsContext {
  /** Of the subscription. */
  readonly namespace: string;
  readonly criteria: ApplicationCriteria;
  readonly maxEventAgeMs: number;
  /** Where Argo CD runs. */
  readonly argocdNamespace: string;
  /** Whether something was found that may keep it from being sent. */
  readonly isBlocked: boolean;
}

interface Details extends WordsContext {
  /** When the event happened, as the application says; empty if it does not. */
  readonly time: string | undefined;
  /** What failed in the whole condition. */
  readonly error: string | undefined;
}

/** In words: why an event is not sent, by the first part of its condition that does not hold. */
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
      return error === undefined ? conditionText(app, view) : `its condition fails: ${error}`;
    case 'since':
      return time
        ? `it happened at ${time}, before the event began to count (${view.since}, when it was last added, changed or resumed, or got another robot); what happened before is not sent`
        : `the application does not say when it happened (${timeField(view)})`;
    case 'age':
      return `it happened at ${time || 'no known time'}, longer ago than limits.maxEventAge (${duration(details.maxEventAgeMs)})`;
    case 'leader':
      return `${clause.events?.join(' or ')} of this subscription was not sent for it, so that there is nothing to tell the end of`;
    case 'part':
      return `the version that is live asks for what does not hold: ${clause.expression}`;
    case undefined:
      return error === undefined ? 'its condition is not true' : `its condition fails: ${error}`;
  }
}

function accessText(app: ApplicationFields, namespace: string, accessCondition: string): string {
  const [home, target] = [textAt(app, 'metadata.namespace'), textAt(app, 'spec.destination.namespace')];
  const head =
    `namespace ${namespace} may not hear of it: project ${projectOf(app)} is not granted to ${namespace} (by tenancy.projects ` +
    'or on the AppProject), and it';
  return countsDestinations(accessCondition)
    ? `${head} neither lives in ${namespace} (but in ${home}) nor deploys to it in a cluster that counts (but to ${target} in ${clusterOf(app)})`
    : `${head} does not live in ${namespace} (but in ${home}); that it deploys to ${target} in ${clusterOf(app)} does not count (tenancy.destinations: Ignored)`;
}

function criterionText(app: ApplicationFields, field: string, criteria: ApplicationCriteria): string {
  const lists: Readonly<Record<string, readonly [string, readonly string[] | undefined]>> = {
    projects: [`its project is ${projectOf(app)}`, criteria.projects],
    names: [`its name is ${textAt(app, 'metadata.name')}`, criteria.names],
    namespaces: [`it lives in ${textAt(app, 'metadata.namespace')}`, criteria.namespaces],
    destinationNamespaces: [
      `it deploys to namespace ${textAt(app, 'spec.destination.namespace')}`,
      criteria.destinationNamespaces,
    ],
    clusters: [`it deploys to ${clusterOf(app)}`, criteria.clusters],
  };
  const [is, wanted] = own(lists, field) ?? [];
  if (is !== undefined) return `${is}, and not ${(wanted ?? []).join(' or ')}`;
  const { matchLabels = {}, matchExpressions = [] } = criteria.selector ?? {};
  const labels = (valueAt(app, 'metadata.labels') ?? {}) as Readonly<Record<string, string>>;
  const has = (key: string) =>
    own(labels, key) === undefined ? `it has no label ${key}` : `its label ${key} is ${own(labels, key)}`;
  const label = /^selector\.matchLabels\[(.*)\]$/.exec(field)?.[1];
  if (label !== undefined) return `${has(label)}, and not ${own(matchLabels, label)}`;
  const {
    key,
    operator,
    values = [],
  } = matchExpressions[Number(/\d+/.exec(field)?.[0])] ?? { key: '', operator: '' };
  return `${has(key)}, and wanted is ${[operator, values.join(', ')].filter(Boolean).join(' ')}`;
}

function conditionText(app: ApplicationFields, { name, event }: EventView): string {
  const trigger = event?.catalogueName === undefined ? undefined : findTrigger(event.catalogueName);
  const state = [
    ['its last operation', 'status.operationState.phase'],
    ['its health', 'status.health.status'],
    ['its sync status', 'status.sync.status'],
  ].map(([what, path]) => `${what} is ${textAt(app, path ?? '')}`);
  if (!trigger) return `the condition of ${name} is not true for it; ${state.join(', ')}`;
  return `${name} is told when ${describeTrigger(trigger.name, 'en').when}; ${state.join(', ')}`;
}

function timeField({ event }: EventView): string {
  const time = event?.trigger.eventTime;
  if (!time) return 'no eventTime';
  if ('path' in time) return nullSafe(time.path);
  return 'list' in time ? nullSafe(time.list) : 'eventTime';
}

/**
 * Argo CD notifies of nothing while it has yet to compare an application since a sync ended.
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

/** What stands at a path of an Application, for people. */
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

/** 86400000 → `24h`. */
function duration(ms: number): string {
  const [unit, size] =
    ms % 3_600_000 === 0 ? ['h', 3_600_000] : ms % 60_000 === 0 ? ['m', 60_000] : ['s', 1_000];
  return `${Math.round(ms / (size as number))}${unit}`;
}
