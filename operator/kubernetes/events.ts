import { cutToBytes } from '../lib/cut.ts';
import type { Log } from '../lib/log.ts';
import { NotLeadingError } from './fence.ts';
import { resourcePath } from './paths.ts';
import type { ApiCall } from './request.ts';

/** An event that people should see in `kubectl describe`. */
export interface EventRecord {
  /** The subject of the event. The event is stored in its namespace, or in `default` for cluster-scoped objects. */
  readonly regarding: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string | undefined;
    readonly name: string;
    readonly uid: string;
  };
  readonly type: 'Normal' | 'Warning';
  /** The reason, as one word in CamelCase. */
  readonly reason: string;
  /** For people. Cut to 1024 bytes. */
  readonly message: string;
  /** The action that was done or tried, as one word in CamelCase. */
  readonly action: string;
}

export interface EventRecorderOptions {
  readonly request: ApiCall;
  /** The replica that reports: the host name. At most 128 bytes. */
  readonly instance: string;
  readonly now: () => Date;
  /** A different text of `[a-z0-9]{1,32}` on each call. */
  readonly uniqueSuffix: () => string;
  readonly log: Log;
}

/** Records an event. Best effort: a failure is logged, the promise never rejects. */
export type RecordEvent = (event: EventRecord) => Promise<void>;

const CONTROLLER = 'argocd-dingtalk.io/operator';
/** Limits of the API server: a longer note or name is refused. */
const MAX_NOTE_BYTES = 1_024;
const MAX_NAME_LENGTH = 253;

export function createEventRecorder(options: EventRecorderOptions): RecordEvent {
  return async (event) => {
    try {
      const body = eventBody(event, options);
      const { namespace } = body.metadata;
      const path = resourcePath({ group: 'events.k8s.io', version: 'v1', plural: 'events', namespace });
      await options.request({ method: 'POST', path, body });
    } catch (err) {
      const { kind, namespace, name } = event.regarding;
      // The next leader reports what it finds itself.
      const level = err instanceof NotLeadingError ? 'debug' : 'warn';
      options.log[level]({ err, kind, namespace, name, reason: event.reason }, 'cannot record an event');
    }
  };
}

function eventBody(event: EventRecord, { instance, now, uniqueSuffix }: EventRecorderOptions) {
  const suffix = `.${uniqueSuffix()}`;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      namespace: event.regarding.namespace ?? 'default',
      name: `${event.regarding.name.slice(0, MAX_NAME_LENGTH - suffix.length).replace(/[-.]+$/, '')}${suffix}`,
    },
    // Microseconds are required, though the operator's clocks have only milliseconds.
    eventTime: now().toISOString().replace('Z', '000Z'),
    reportingController: CONTROLLER,
    reportingInstance: instance,
    regarding: event.regarding,
    type: event.type,
    reason: event.reason,
    action: event.action,
    note: cutToBytes(event.message, MAX_NOTE_BYTES),
  };
}
