import {
  eventKeyName,
  SUBSCRIPTIONS_KEY,
  subscriptionKeyName,
  templateKey,
  triggerKey,
} from '../../argocd/names.ts';
import { messageAtLine } from '../../template/go/compile.ts';
import { type MessageSources, messagesTogether } from '../compile/templates.ts';
import type { FieldOf } from '../gate/verdicts.ts';
import type { ResolvedMessage } from '../model/resolved.ts';
import { eventName } from '../resolve/event-name.ts';

/** The field of a subscription that a key of its fragment comes from. */
export function fieldOfEvent({
  cr,
  events,
}: Pick<MessageSources<ResolvedMessage>, 'cr' | 'events'>): FieldOf {
  const { metadata, spec } = cr;
  const together = templateKey(subscriptionKeyName(metadata.namespace, metadata.name));
  return ({ key, field, line }) => {
    if (key === SUBSCRIPTIONS_KEY) return 'spec.applications.selector';
    if (key === together) {
      const place = line === undefined ? undefined : messageAtLine(line);
      const event = place === undefined ? undefined : messagesTogether(events)[place];
      return event ? `${event.path}.template` : 'spec.events';
    }
    for (const [index, event] of spec.events.entries()) {
      const name = eventKeyName(metadata.namespace, metadata.name, eventName(event));
      if (key === triggerKey(name))
        return `spec.events[${index}]${event.when === undefined ? '' : `.${field ?? 'when'}`}`;
      if (key === templateKey(name)) return `spec.events[${index}].template`;
    }
    return key ?? 'spec';
  };
}
