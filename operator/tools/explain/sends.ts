import { objectKey } from '../../api/names.ts';
import { parseKey, RELAY_SERVICE, serviceKey } from '../../argocd/names.ts';
import { sentNotes } from '../../argocd/notes.ts';
import type { EvaluatedCondition } from '../../engine/types.ts';
import { rfc3339 } from '../../lib/rfc3339.ts';
import type { EventOutcome, Send } from './outcome.ts';
import type { EventView } from './views.ts';
import { type ApplicationFields, isComparedSinceSync, textAt, type WordsContext } from './words.ts';

/**
 * Argo CD's notes on this occurrence of an event, and the time of its last note on any occurrence.
 * @param whole the engine's answer about the trigger's condition
 */
export function sendsOf(
  app: ApplicationFields,
  { trigger, recipients, isLive, posted }: EventView,
  whole: EvaluatedCondition | undefined,
): { readonly sends: Send[]; readonly lastSentAt?: string } {
  const services = posted === undefined ? recipients : [RELAY_SERVICE];
  const notes = sentNotes(app).filter(
    (note) =>
      note.trigger === (posted ?? trigger) && services.includes(note.service) && note.recipient === '',
  );
  // If the moment from which the event counts is not known, the hash of its condition is not known either; nor is that of a post.
  const isHashKnown = isLive && posted === undefined;
  const sends = recipients.map((service) => {
    const note = notes.find(
      (each) =>
        each.service === (posted === undefined ? service : RELAY_SERVICE) &&
        each.oncePer === whole?.oncePer &&
        (!isHashKnown || each.condition === whole.key),
    );
    return { robot: robotOf(service), ...(note && { sentAt: rfc3339(note.at) }) };
  });
  const last = Math.max(...notes.map(({ at }) => at.getTime()));
  return { sends, ...(notes.length > 0 && { lastSentAt: rfc3339(new Date(last)) }) };
}

/** The outcome of an event whose condition is true. */
export function outcomeOfTrue(
  app: ApplicationFields,
  { isLive, trigger, posted }: EventView,
  sends: readonly Send[],
  { isBlocked, argocdNamespace }: WordsContext,
): Pick<EventOutcome, 'outcome' | 'message'> {
  if (sends.length === 0)
    return { outcome: 'quiet', message: `the condition is true, but ${trigger} is sent to nobody` };
  const due = sends.filter(({ sentAt }) => sentAt === undefined).map(({ robot }) => robot);
  const sent = sends.flatMap(({ robot, sentAt }) =>
    sentAt === undefined ? [] : [`to ${robot} at ${sentAt}`],
  );
  if (due.length === 0 && posted !== undefined) {
    const robots = sends.map(({ robot }) => robot).join(', ');
    return {
      outcome: 'sent',
      message:
        `posted to the relay at ${sends[0]?.sentAt}, for ${robots}, and not again for the same occurrence; ` +
        "if the message did not arrive, see DingTalk's answer to the robot (Delivering), and relay-queue",
    };
  }
  if (due.length === 0) {
    const lost = "if the message did not arrive, see DingTalk's answer to the robot (Delivering)";
    return { outcome: 'sent', message: `${sent.join(', ')}, and not again for the same occurrence; ${lost}` };
  }
  const also = sent.length === 0 ? '' : `; already sent ${sent.join(', ')}`;
  if (!isLive) {
    const unless =
      'unless it happened before the moment from which the event counts, which only the ConfigMap has';
    return {
      outcome: 'unknown',
      message: `Argo CD would send it now to ${due.join(', ')}, ${unless}${also}`,
    };
  }
  if (!isComparedSinceSync(app)) {
    const message =
      'Argo CD sends it only after it has compared the Application again since the last sync ended';
    return { outcome: 'quiet', message };
  }
  const home = textAt(app, 'metadata.namespace');
  const where =
    home === argocdNamespace
      ? ''
      : `, and Applications in ${home} only if application.namespaces of argocd-cmd-params-cm names that namespace`;
  const blocked = isBlocked ? ', but the problems above are in the way' : '';
  const when = `Argo CD checks an Application when it changes, and each minute${where}`;
  const would =
    posted === undefined
      ? `Argo CD would send it now to ${due.join(', ')}`
      : `Argo CD would post it to the relay now, for ${due.join(', ')}`;
  return {
    outcome: 'due',
    message: `${would}${blocked}${also}; ${when}`,
  };
}

function robotOf(service: string): string {
  const owner = parseKey(serviceKey(service));
  return owner && owner.kind !== 'relay' ? objectKey(owner.namespace, owner.name) : service;
}
