import { type CatalogueTrigger, nullSafe } from './trigger.ts';

const PHASE = nullSafe('status.operationState.phase');
const HEALTH = nullSafe('status.health.status');

/**
 * A sync is identified by its start: a second failure of the same commit must be heard, and an Application with
 * several sources has no single revision.
 */
const ONCE_PER_OPERATION = nullSafe('status.operationState.startedAt');

const STARTED = { path: 'status.operationState.startedAt' };
const FINISHED = { path: 'status.operationState.finishedAt' };

/** The triggers that a subscription's events can name, by the names that Argo CD's own catalogue made known. */
export const CATALOGUE: readonly CatalogueTrigger[] = [
  {
    name: 'on-deployed',
    description: 'A sync has succeeded and the application is healthy',
    condition: `${PHASE} == 'Succeeded' and ${HEALTH} == 'Healthy'`,
    oncePer: ONCE_PER_OPERATION,
    // The end of the sync and not the moment of health: a recovery long after is no deployment.
    eventTime: FINISHED,
  },
  {
    name: 'on-health-degraded',
    description: 'The application has degraded',
    condition: `${HEALTH} == 'Degraded'`,
    // No oncePer: health that comes and goes is news each time, and a failed send is tried again.
    eventTime: { path: 'status.health.lastTransitionTime' },
  },
  {
    name: 'on-sync-failed',
    description: 'A sync has failed',
    condition: `${PHASE} in ['Error', 'Failed']`,
    oncePer: ONCE_PER_OPERATION,
    eventTime: FINISHED,
  },
  {
    name: 'on-sync-running',
    description: 'A sync has started',
    condition: `${PHASE} == 'Running'`,
    oncePer: ONCE_PER_OPERATION,
    eventTime: STARTED,
  },
  {
    name: 'on-sync-status-unknown',
    description: 'Argo CD cannot tell whether the application is in sync',
    condition: `${nullSafe('status.sync.status')} == 'Unknown'`,
    // The sync status carries no time of its own; the condition that explains it does.
    eventTime: { list: 'status.conditions', item: 'lastTransitionTime' },
  },
  {
    name: 'on-sync-succeeded',
    description: 'A sync has succeeded',
    condition: `${PHASE} == 'Succeeded'`,
    oncePer: ONCE_PER_OPERATION,
    eventTime: FINISHED,
  },
];

/** The trigger of that name, or undefined. */
export function findTrigger(name: string): CatalogueTrigger | undefined {
  return CATALOGUE.find((trigger) => trigger.name === name);
}
