import { readRecipient } from '../../argocd/foreign-entries.ts';
import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { firstOf } from '../../lib/first-of.ts';
import { annotatedName } from './annotations.ts';
import { bySource, isWhole, type SourceDeliveries } from './by-source.ts';
import { type FormerDelivery, isTaken, type Source } from './deliveries.ts';
import type { Disposition, DispositionInput } from './disposition.ts';

/** In place of a key, for subscribers outside of the ConfigMap. */
const ANNOTATIONS = 'annotations';
/** As many subscribers are named with one reason. */
const MAX_NAMED = 10;

/** The decision on one subscriber, in words. */
interface Verdict extends Pick<Disposition, 'isTaken' | 'why' | 'isProblem'> {
  readonly source: Source;
  /** Only these triggers of it. */
  readonly triggers?: readonly string[];
}

/** Decides for each recipient in `subscriptions` and each annotation for DingTalk; those with the same reason go together. */
export function subscriberDispositions(input: DispositionInput): Disposition[] {
  const found = bySource(input.deliveries).flatMap((each) => verdictsOn(each, input));
  const groups = new Map<string, Verdict[]>();
  for (const verdict of [...found, ...withoutTriggers(input)]) {
    const { isTaken, why, isProblem, source } = verdict;
    // Each entry that goes or stays for a good reason has a line of its own.
    const apart = isProblem ? '' : source.kind === 'entry' ? partOf(verdict) : source.subscriber.annotation;
    const key = JSON.stringify([isTaken, why, apart]);
    groups.set(key, [...(groups.get(key) ?? []), verdict]);
  }
  return [...groups.values()].map(together);
}

function together(verdicts: readonly [Verdict, ...Verdict[]] | Verdict[]): Disposition {
  const [first] = verdicts as [Verdict];
  const isInList = verdicts.some(({ source }) => source.kind === 'entry');
  const { isTaken, why, isProblem } = first;
  const parts = new Set(verdicts.map(partOf));
  return {
    key: isInList ? SUBSCRIPTIONS_KEY : ANNOTATIONS,
    part: firstOf([...parts], MAX_NAMED),
    subscribers: parts.size,
    isTaken,
    why,
    ...(isProblem && { isProblem }),
  };
}

function partOf({ source, triggers }: Verdict): string {
  const only = triggers ? ` for ${triggers.join(' and ')}` : '';
  if (source.kind === 'entry') return `entry ${source.entry.index + 1}, ${source.recipient}${only}`;
  const { annotation, object } = source.subscriber;
  return `${annotation} of ${annotatedName(object)}${only}`;
}

function verdictsOn(
  subscriber: SourceDeliveries,
  { services, deliveries: all }: DispositionInput,
): Verdict[] {
  const { source, service, deliveries } = subscriber;
  if (!services.has(service))
    return source.kind === 'entry'
      ? [{ source, isTaken: false, why: 'the recipient is not a DingTalk robot' }]
      : [];
  const taken = deliveries.filter(isTaken);
  const staying = deliveries.filter(({ events }) => events === undefined);
  const why = 'a NotificationSubscription takes its place';
  if (isWhole(subscriber)) return [{ source, isTaken: true, why }];
  if (taken.length + staying.length === 0) return [idle(source, deliveries, isHeard(service, all))];
  return [
    ...(taken.length > 0 ? [{ source, isTaken: true, why, triggers: triggersIn(taken) }] : []),
    ...[...new Set(staying.map(({ reason = '' }) => reason))].map(
      (reason): Verdict => ({ source, isTaken: false, why: reason, isProblem: true }),
    ),
  ];
}

const triggersIn = (deliveries: readonly FormerDelivery[]): string[] => [
  ...new Set(deliveries.map(({ trigger }) => trigger)),
];

const isHeard = (service: string, all: readonly FormerDelivery[]): boolean =>
  all.some((each) => each.service === service && isTaken(each));

/** Nobody falls silent if it stays. But if nothing at all is sent to a robot, somebody waits for it in vain. */
function idle(source: Source, deliveries: readonly FormerDelivery[], isHeardOtherwise: boolean): Verdict {
  const sentences = deliveries.flatMap((each) => each.notes.map((note) => note.replace(/\.$/, '')));
  const notes = [...new Set(sentences)].join('; ');
  const why = `nothing is sent for it today, so nothing takes its place${notes === '' ? '' : ` (${notes})`}`;
  return {
    source,
    isTaken: false,
    why: `${why}. Correct or remove it.`,
    ...(!isHeardOtherwise && { isProblem: true }),
  };
}

/** Recipients of entries without triggers, where there are no default triggers either. */
function withoutTriggers({ config, services, deliveries }: DispositionInput): Verdict[] {
  return config.entries.flatMap((entry) => {
    if (entry.triggers.length > 0 || config.defaultTriggers.length > 0) return [];
    return entry.recipients.map((recipient): Verdict => {
      const source: Source = { kind: 'entry', entry, recipient };
      const { service } = readRecipient(recipient);
      return services.has(service)
        ? idle(source, [], isHeard(service, deliveries))
        : { source, isTaken: false, why: 'the recipient is not a DingTalk robot' };
    });
  });
}
