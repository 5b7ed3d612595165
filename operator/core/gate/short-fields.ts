import type { PathUse } from '../../engine/expression-facts.ts';

/** `status.conditions.*.type`: a list of names below a path, where `*` is any element of a list. */
const below = (path: string, ...names: readonly string[]): string[] => names.map((name) => `${path}.${name}`);

const source = (path: string): string[] =>
  below(path, 'repoURL', 'path', 'targetRevision', 'chart', 'ref', 'name');
const sources = (path: string): string[] => [...source(`${path}.source`), ...source(`${path}.sources.*`)];
const resource = (path: string): string[] =>
  below(path, 'group', 'version', 'kind', 'namespace', 'name', 'status');

/**
 * Fields of an Application that hold a name, a kind, a state, a revision, a place, a time, a number or a truth value: some
 * hundred characters in practice. Other fields, annotations and messages above all, can hold hundreds of kilobytes. A list of
 * the long fields would miss one, so this is the list of the short fields; fields that Argo CD adds later count as long.
 * Source: argo-cd pkg/apis/application/v1alpha1/types.go.
 */
const SHORT = new Set([
  ...['kind', 'apiVersion'],
  ...below('metadata', 'name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp'),
  ...['spec.project', 'spec.revisionHistoryLimit'],
  ...sources('spec'),
  ...below('spec.destination', 'server', 'name', 'namespace'),
  ...below('spec.syncPolicy.automated', 'enabled', 'prune', 'selfHeal', 'allowEmpty'),
  ...['spec.syncPolicy.syncOptions.*', 'spec.syncPolicy.retry.limit'],
  ...below('operation', 'sync.revision', 'sync.revisions.*', 'sync.prune', 'sync.dryRun'),
  ...below('operation.initiatedBy', 'username', 'automated'),
  ...below('status', 'reconciledAt', 'observedAt', 'controllerNamespace', 'resourceHealthSource'),
  ...below('status', 'sourceType', 'sourceTypes.*', 'summary.images.*'),
  ...below('status.health', 'status', 'lastTransitionTime'),
  ...below('status.sync', 'status', 'revision', 'revisions.*'),
  ...sources('status.sync.comparedTo'),
  ...below('status.sync.comparedTo.destination', 'server', 'name', 'namespace'),
  ...below('status.conditions.*', 'type', 'lastTransitionTime'),
  ...resource('status.resources.*'),
  ...below('status.resources.*', 'health.status', 'health.lastTransitionTime', 'syncWave'),
  ...below('status.resources.*', 'hook', 'requiresPruning', 'requiresDeletionConfirmation'),
  ...below('status.history.*', 'id', 'revision', 'revisions.*', 'deployedAt', 'deployStartedAt'),
  ...below('status.history.*.initiatedBy', 'username', 'automated'),
  ...sources('status.history.*'),
  ...below('status.operationState', 'phase', 'startedAt', 'finishedAt', 'retryCount'),
  ...below(
    'status.operationState.operation',
    'sync.revision',
    'sync.revisions.*',
    'sync.prune',
    'sync.dryRun',
  ),
  ...below('status.operationState.operation.initiatedBy', 'username', 'automated'),
  ...below('status.operationState.syncResult', 'revision', 'revisions.*'),
  ...sources('status.operationState.syncResult'),
  ...resource('status.operationState.syncResult.resources.*'),
  ...below('status.operationState.syncResult.resources.*', 'hookPhase', 'hookType', 'syncPhase'),
]);

/** Whether a field is short by its path. Labels are short: Kubernetes allows 63 characters. */
export function isShortField({ root, segments }: Pick<PathUse, 'root' | 'segments'>): boolean {
  if (root !== 'app') return false;
  const [first, second, third, ...more] = segments;
  if (first === 'metadata' && second === 'labels') return typeof third === 'string' && more.length === 0;
  // No field of an Application has a dot or a star in its name. Such a name would read as a path.
  if (segments.some((segment) => typeof segment === 'string' && !/^\w+$/.test(segment))) return false;
  return SHORT.has(segments.map((segment) => (typeof segment === 'string' ? segment : '*')).join('.'));
}
