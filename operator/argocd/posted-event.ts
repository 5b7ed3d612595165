import { LAST_APPLIED } from '../kubernetes/last-applied.ts';
import { formatTemplate } from './template-value.ts';

/**
 * The Go template that posts an event to the relay: the event's name and the Application, which is `app` for templates. Copies of
 * the whole Application within it are left out; no message reads them.
 */
export const postedEventBody = (event: string): string =>
  `{"event":${JSON.stringify(event)},"app":{{$m := omit .app.metadata "managedFields"}}` +
  `{{with $m.annotations}}{{$_ := set $m "annotations" (omit . ${JSON.stringify(LAST_APPLIED)})}}{{end}}` +
  '{{toRawJson (set (omit .app "metadata") "metadata" $m)}}}';

/** The value of `template.<name>` that posts an event to a service of the relay. */
export function formatPostedEvent(event: string, service: string, managedBy: string): string {
  return formatTemplate({
    managedBy,
    webhook: { [service]: { method: 'POST', body: postedEventBody(event) } },
  });
}
