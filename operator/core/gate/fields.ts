import type { NotificationSubscription } from '../../api/kinds.ts';
import { eventKeyName, SUBSCRIPTIONS_KEY, templateKey, triggerKey } from '../names.ts';
import { eventName } from '../resolve/event-name.ts';
import type { FieldOf } from './verdicts.ts';

/** Which field of a subscription a key of its fragment came from. */
export function fieldOfEvent({ metadata, spec }: NotificationSubscription): FieldOf {
  return ({ key, field }) => {
    if (key === SUBSCRIPTIONS_KEY) return 'spec.applications.selector';
    for (const [index, event] of spec.events.entries()) {
      const name = eventKeyName(metadata.namespace, metadata.name, eventName(event));
      if (key === triggerKey(name))
        return `spec.events[${index}]${event.when === undefined ? '' : `.${field ?? 'when'}`}`;
      if (key === templateKey(name)) return `spec.events[${index}].template`;
    }
    return key ?? 'spec';
  };
}
