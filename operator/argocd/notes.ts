/** The annotation in which Argo CD notes what it has sent about an Application: a JSON object of texts and Unix times. */
export const NOTIFIED = 'notified.notifications.argoproj.io';

/**
 * The notes of an Application: keys of the engine's, and values that nobody has checked. What is no JSON counts as none, as
 * with Argo CD, which begins anew then.
 */
export function readNotes(annotations: Readonly<Record<string, string>> = {}): [string, unknown][] {
  try {
    return Object.entries((JSON.parse(annotations[NOTIFIED] ?? '{}') as object | null) ?? {});
  } catch {
    return [];
  }
}
