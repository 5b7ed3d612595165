import { LAST_APPLIED } from '../kubernetes/last-applied.ts';
import { formatTemplate } from './template-value.ts';

/**
 * The Go template that posts an event to the relay: the event's name, and what templates and conditions read: `app`, `context` and
 * `appProject`. Copies of a whole object within it are left out; no message reads them. Argo CD before 3.4 has no `appProject`, and an
 * Application whose project does not exist has an empty one.
 */
export const postedEventBody = (event: string): string =>
  `{"event":${JSON.stringify(event)},"app":{{$m := omit .app.metadata "managedFields"}}` +
  `{{with $m.annotations}}{{$_ := set $m "annotations" (omit . ${JSON.stringify(LAST_APPLIED)})}}{{end}}` +
  '{{toRawJson (set (omit .app "metadata") "metadata" $m)}},"context":{{toRawJson .context}}' +
  '{{with .appProject}},"appProject":{{toRawJson (set (omit . "metadata") "metadata" (omit .metadata "managedFields"))}}{{end}}}';

/** The value of `template.<name>` that posts an event to a service of the relay. */
export function formatPostedEvent(event: string, service: string, managedBy: string): string {
  return formatTemplate({
    managedBy,
    webhook: { [service]: { method: 'POST', body: postedEventBody(event) } },
  });
}
