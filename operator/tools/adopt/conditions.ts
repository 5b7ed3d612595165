import type { TriggerCondition } from '../../argocd/trigger-value.ts';
import type { TriggerName } from '../../message/catalogue/trigger.ts';

/**
 * The conditions of Argo CD's own catalogue and of the recipes that copy it, without null checks and white space. A trigger of
 * our catalogue replaces an equal condition, because it knows when the event happened.
 *
 * https://github.com/argoproj/argo-cd/tree/master/notifications_catalog/triggers
 */
const WELL_KNOWN: readonly (readonly [TriggerName, RegExp])[] = [
  ['on-deleted', /^app\.metadata\.deletionTimestamp!=nil$/],
  [
    'on-deployed',
    /^(?:app\.status\.operationState\.phasein\['Succeeded'\]|app\.status\.operationState\.phase=='Succeeded')andapp\.status\.health\.status=='Healthy'(?:and\(!time\.Parse\(app\.status\.health\.lastTransitionTime\)\.Add\(1\*time\.Minute\)\.Before\(time\.Parse\(app\.status\.operationState\.finishedAt\)\)ortime\.Parse\(app\.status\.health\.lastTransitionTime\)\.Before\(time\.Parse\(app\.status\.operationState\.startedAt\)\)\))?$/,
  ],
  ['on-health-degraded', /^app\.status\.health\.status=='Degraded'$/],
  ['on-health-suspended', /^app\.status\.health\.status=='Suspended'$/],
  ['on-sync-failed', /^app\.status\.operationState\.phasein\[(?:'Error','Failed'|'Failed','Error')\]$/],
  ['on-sync-running', /^app\.status\.operationState\.phase(?:in\['Running'\]|=='Running')$/],
  ['on-sync-status-unknown', /^app\.status\.sync\.status=='Unknown'$/],
  ['on-sync-succeeded', /^app\.status\.operationState\.phase(?:in\['Succeeded'\]|=='Succeeded')$/],
];

/** The trigger of our catalogue for the same event; undefined for any other condition. */
export function catalogueEquivalent(
  trigger: string,
  { when, oncePer }: TriggerCondition,
): TriggerName | undefined {
  // Argo CD's catalogue reports a new application by this condition, once for each name.
  if (trigger === 'on-created' && when.trim() === 'true' && oncePer === 'app.metadata.name') return trigger;
  const plain = when
    .replaceAll('"', "'")
    .replaceAll('?.', '.')
    .replace(/\s+/g, '')
    .replace(/^app\.status\.operationState!=niland/, '');
  return WELL_KNOWN.find(([, form]) => form.test(plain))?.[0];
}

const PHASES = /'(Running|Succeeded|Failed|Error)'/g;

/**
 * The time of a custom event, if its condition reads only one part of the Application that carries a time. If it reads several
 * parts, no time is right for all of them: an operation may have ended long before health changes.
 */
export function guessedEventTime(when: string): string | undefined {
  const plain = when.replaceAll('"', "'").replaceAll('?.', '.');
  // The condition becomes true as time passes, and no field has that moment.
  if (/\btime\.Now\b|\bnow\(/.test(plain)) return undefined;
  const reads = (text: string) => plain.includes(text);
  const families = [
    'app.status.operationState',
    'app.status.health',
    'app.status.sync',
    'app.metadata.deletion',
    'app.metadata.creation',
  ];
  const [family, ...others] = families.filter(reads);
  if (others.length > 0) return undefined;
  const phases = new Set([...plain.matchAll(PHASES)].map(([, phase]) => phase));
  switch (family) {
    case 'app.status.operationState':
      if (phases.size === 0) return undefined;
      if (!phases.has('Running')) return 'app.status?.operationState?.finishedAt';
      return phases.size === 1 ? 'app.status?.operationState?.startedAt' : undefined;
    case 'app.status.health':
      return 'app.status?.health?.lastTransitionTime';
    case 'app.metadata.deletion':
      return 'app.metadata?.deletionTimestamp';
    case 'app.metadata.creation':
      return 'app.metadata?.creationTimestamp';
    default:
      return undefined;
  }
}
