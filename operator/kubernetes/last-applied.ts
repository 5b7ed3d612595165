/** The annotation in which `kubectl apply`, and tools that apply like it, keep the object as they were given it. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The keys of `data` in that annotation's value: kubectl applies them again, and removes those that are gone from the file. */
export function lastAppliedKeys(text: string | undefined): ReadonlySet<string> {
  try {
    const { data } = JSON.parse(text ?? '{}') as { readonly data?: unknown };
    return new Set(typeof data === 'object' && data !== null ? Object.keys(data) : []);
  } catch {
    return new Set(); // A person has edited the annotation; kubectl cannot use it either.
  }
}
