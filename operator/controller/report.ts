import { resourceKey } from '../api/names.ts';
import type { StatusUpdate, WantedStatus } from '../core/status/status-update.ts';
import { ConflictError } from '../kubernetes/api-error.ts';
import type { RecordEvent } from '../kubernetes/events.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import { patchStatus } from '../kubernetes/status.ts';
import type { Log } from '../lib/log.ts';
import type { Caches } from './caches.ts';
import type { StatusOutcome } from './status-writer.ts';

/**
 * Writes the status of one CR, puts the answer into the cache, and reports the change by an event and a log line. A
 * CR that has changed or gone meanwhile is left alone: its status would be about something else, and the change
 * itself causes the next run. The promise rejects if the status cannot be written.
 * @param onWritten called with `namespace/name` once the cache has the new status
 */
export function createReporter(
  request: ApiCall,
  caches: Caches,
  recordEvent: RecordEvent,
  onWritten: (key: string) => void,
  log: Log,
): (update: StatusUpdate) => Promise<StatusOutcome> {
  return async ({ kind, cr, patch, events }) => {
    const { namespace, name, uid, resourceVersion } = cr.metadata;
    const write = { plural: kind.plural, namespace, name, uid, resourceVersion, status: patch };
    const cache = cacheOf(caches, kind.plural);
    const object = await cache.writeStatus({ namespace, name }, () =>
      patchStatus<never>(request, write).catch((error: unknown) => {
        if (error instanceof ConflictError) return undefined;
        throw error;
      }),
    );
    if (!object) return 'outdated';
    onWritten(resourceKey(cr));
    for (const event of events) {
      const regarding = { apiVersion: cr.apiVersion, kind: cr.kind, namespace, name, uid };
      log.info(
        { kind: cr.kind, namespace, name, reason: event.reason, detail: event.message },
        'state has changed',
      );
      await recordEvent({ ...event, regarding, action: 'Reconcile' });
    }
    return 'written';
  };
}

/** The CR as the caches have it now; undefined if it is gone. */
export function currentOf(
  caches: Caches,
  { kind, cr: { metadata } }: WantedStatus,
): StatusUpdate['cr'] | undefined {
  return cacheOf(caches, kind.plural).get(metadata.namespace, metadata.name);
}

function cacheOf(caches: Caches, plural: string) {
  const all = [caches.robots, caches.templates, caches.subscriptions] as const;
  const cache = all.find((each) => each.name === plural);
  if (!cache) throw new Error(`there is no cache of ${plural}`);
  return cache;
}
