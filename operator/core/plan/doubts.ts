import type { Finding } from '../../api/finding.ts';
import { triggerKey } from '../../argocd/names.ts';
import { readWrittenTrigger } from '../../argocd/trigger-value.ts';
import type { EventFragment } from '../compile/fragments.ts';
import type { LiveKey } from '../model/live.ts';
import type { ResolvedEvent, ResolvedSubscription } from '../model/resolved.ts';
import { combine } from '../resolve/combine.ts';
import type { Weighed } from './candidate.ts';
import { countsFromOf } from './counts-from.ts';

/**
 * Doubts refuse a condition that is new or edited. A condition that is live as it is stays, with a warning: neither an upgrade
 * of the operator nor a busy machine may stop messages.
 * @param fragments the events, compiled, in the same order
 * @param live keys of the subscription's CR in the ConfigMap, by name
 */
export function weighDoubts(
  { cr, events }: Pick<ResolvedSubscription, 'cr' | 'events'>,
  fragments: readonly EventFragment[],
  live: ReadonlyMap<string, LiveKey>,
): Weighed {
  const isLive = ({ trigger }: ResolvedEvent, fragment: EventFragment | undefined): boolean => {
    const key = fragment && live.get(triggerKey(fragment.name));
    if (!key) return false;
    if (key.provenance.generation === cr.metadata.generation) return true;
    const written = readWrittenTrigger(key.value);
    if (written === undefined || written.oncePer !== trigger.oncePer) return false;
    return fragment.when('') === written.when || countsFromOf(fragment, written.when) !== undefined;
  };
  const doubtful = events.map((event, index) => ({
    doubts: event.doubts,
    isLive: isLive(event, fragments[index]),
  }));
  const refusal = combine(doubtful.flatMap((each) => (each.isLive ? [] : each.doubts)));
  const warnings = doubtful.flatMap((each) => (each.isLive ? each.doubts.map(stays) : []));
  return { ...(refusal && { refusal }), warnings };
}

const stays = ({ reason, message }: Finding): Finding => ({
  reason,
  message: `${message} The condition is live already and stays.`,
});
