import { parseKey, serviceKey } from '../../argocd/names.ts';
import { sentNotes } from '../../argocd/notes.ts';
import type { EvaluatedCondition } from '../../engine/types.ts';
import { rfc3339 } from '../../lib/rfc3339.ts';
import type { EventOutcome, Send } from './outcome.ts';
import type { EventView } from './views.ts';
import { type ApplicationFields, isComparedSinceSync, textAt, type WordsContext } from './words.ts';

/**
 * What Argo CD has noted of this occurrence of an event, and when it last noted any.
 * @param whole what the engine says of the trigger's condition
 */
export function sendsOf(
  app: ApplicationFields,
  { trigger, recipients, isLive }: EventView,
  whole: EvaluatedCondition | undefined,
): { readonly sends: Send[]; readonly lastSentAt?: string } {
  const notes = sentNotes(app).filter(
    (note) => note.trigger === trigger && recipients.includes(note.service) && note.recipient === '',
  );
  const sends = recipients.map((service) => {
    const note = notes.find(
      (each) =>
        each.service === service &&
        each.oncePer === whole?.oncePer &&
        // Where it is not known from when on it counts, neither is the hash of its condition.
        (!isLive || each.condition === whole.key),
    );
    return { robot: robotOf(service), ...(note && { sentAt: rfc3339(note.at) }) };
  });
  const last = Math.max(...notes.map(({ at }) => at.getTime()));
  return { sends, ...(notes.length > 0 && { lastSentAt: rfc3339(new Date(last)) }) };
}

/** Of an event whose condition is true. */
export function outcomeOfTrue(
  app: ApplicationFields,
  { isLive, trigger }: EventView,
  sends: readonly Send[],
  { isBlocked, argocdNamespace }: WordsContext,
): Pick<EventOutcome, 'outcome' | 'message'> {
  if (sends.length === 0)
    return { outcome: 'quiet', message: `its condition is true, but ${trigger} is sent to nobody` };
  const due = sends.filter(({ sentAt }) => sentAt === undefined).map(({ robot }) => robot);
  const sent = sends.flatMap(({ robot, sentAt }) =>
    sentAt === undefined ? [] : [`to ${robot} at ${sentAt}`],
  );
  if (due.length === 0) {
    const lost = 'if it did not arrive, see what DingTalk answers to the robot (Delivering)';
    return { outcome: 'sent', message: `${sent.join(', ')}, and not again for the same occurrence; ${lost}` };
  }
  const also = sent.length === 0 ? '' : `; already sent ${sent.join(', ')}`;
  if (!isLive) {
    const unless = 'unless it happened before the event began to count, which only the ConfigMap tells';
    return { outcome: 'unknown', message: `it would be sent now to ${due.join(', ')}, ${unless}${also}` };
  }
  if (!isComparedSinceSync(app)) {
    const message =
      'Argo CD waits with it until it has compared the application again since its last sync ended';
    return { outcome: 'quiet', message };
  }
  const home = textAt(app, 'metadata.namespace');
  const where =
    home === argocdNamespace
      ? ''
      : `, and at those in ${home} only if application.namespaces of argocd-cmd-params-cm names it`;
  const blocked = isBlocked ? ', but for what is in the way above' : '';
  const when = `Argo CD looks at an application when it changes, and each minute${where}`;
  return { outcome: 'due', message: `it would be sent now to ${due.join(', ')}${blocked}${also}; ${when}` };
}

function robotOf(service: string): string {
  const owner = parseKey(serviceKey(service));
  return owner ? `${owner.namespace}/${owner.name}` : service;
}
