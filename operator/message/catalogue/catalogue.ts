/**
 * The catalogue: the triggers that an event can name. trigger.ts defines a trigger, descriptions.ts describes each
 * one, and default-message.ts has the message for events without a template.
 */

import { type CatalogueTrigger, nullSafe } from './trigger.ts';

const PHASE = nullSafe('status.operationState.phase');
const HEALTH = nullSafe('status.health.status');

/**
 * A sync is identified by its start. A second failure of the same commit must be reported, and an Application with
 * several sources has no single revision.
 */
const ONCE_PER_OPERATION = nullSafe('status.operationState.startedAt');

const STARTED = { path: 'status.operationState.startedAt' };
const FINISHED = { path: 'status.operationState.finishedAt' };
const HEALTH_CHANGED = { path: 'status.health.lastTransitionTime' };
const CREATED = 'metadata.creationTimestamp';
const DELETED = 'metadata.deletionTimestamp';

/** The triggers that a subscription's events can name, by the names that Argo CD's own catalogue made known, and more. */
export const CATALOGUE: readonly CatalogueTrigger[] = [
  {
    name: 'on-created',
    condition: `${nullSafe(CREATED)} != nil`,
    // An application that was deleted and made again under its name is another one.
    oncePer: nullSafe('metadata.uid'),
    eventTime: { path: CREATED },
  },
  {
    name: 'on-deleted',
    // Seen only while a finalizer keeps the application; without one, it is gone before Argo CD notices.
    condition: `${nullSafe(DELETED)} != nil`,
    // Never changes once it is set, so the event is sent once, however long the deletion takes.
    oncePer: nullSafe(DELETED),
    eventTime: { path: DELETED },
  },
  {
    name: 'on-deployed',
    condition: `${PHASE} == 'Succeeded' and ${HEALTH} == 'Healthy'`,
    oncePer: ONCE_PER_OPERATION,
    // The end of the sync and not the moment of health: a recovery long after the sync is not a deployment.
    eventTime: FINISHED,
  },
  {
    name: 'on-health-degraded',
    condition: `${HEALTH} == 'Degraded'`,
    // No oncePer: health that comes and goes is news each time, and a failed send is tried again.
    eventTime: HEALTH_CHANGED,
  },
  {
    name: 'on-health-recovered',
    condition: `${HEALTH} == 'Healthy'`,
    // An application is Healthy after any change; only after a reported outage is that a recovery.
    follows: 'on-health-degraded',
    // No oncePer: the event that it follows is forgotten as soon as the application is healthy.
    eventTime: HEALTH_CHANGED,
  },
  {
    name: 'on-health-suspended',
    condition: `${HEALTH} == 'Suspended'`,
    // No oncePer, like degraded: each pause of a rollout waits for somebody again.
    eventTime: HEALTH_CHANGED,
  },
  {
    name: 'on-sync-failed',
    condition: `${PHASE} in ['Error', 'Failed']`,
    oncePer: ONCE_PER_OPERATION,
    eventTime: FINISHED,
  },
  {
    name: 'on-sync-running',
    condition: `${PHASE} == 'Running'`,
    oncePer: ONCE_PER_OPERATION,
    eventTime: STARTED,
  },
  {
    name: 'on-sync-status-unknown',
    condition: `${nullSafe('status.sync.status')} == 'Unknown'`,
    // The sync status has no time; the condition that explains it has one.
    eventTime: { list: 'status.conditions', item: 'lastTransitionTime' },
  },
  {
    name: 'on-sync-succeeded',
    condition: `${PHASE} == 'Succeeded'`,
    oncePer: ONCE_PER_OPERATION,
    eventTime: FINISHED,
  },
];

/** The trigger of that name, or undefined. */
export function findTrigger(name: string): CatalogueTrigger | undefined {
  return CATALOGUE.find((trigger) => trigger.name === name);
}
