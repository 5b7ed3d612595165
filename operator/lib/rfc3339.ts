/** A time as RFC 3339 in UTC and whole seconds, as Kubernetes and Argo CD write theirs: `2026-11-23T08:00:00Z`. */
export function rfc3339(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
