import { yamlSafeJson } from '../lib/json.ts';
import { SUBSCRIPTIONS_ANNOTATION } from './subscribe-annotations.ts';
import type { SubscriptionEntry } from './subscriptions-block/subscriptions-block.ts';

/** The annotation by which an AppProject subscribes all its Applications: one of many that Argo CD reads, and ours alone. */
export const PROJECT_ANNOTATION = `${SUBSCRIPTIONS_ANNOTATION}.argocd-dingtalk`;

/** The annotation's value for these entries. */
export function projectSubscriptions(entries: readonly SubscriptionEntry[]): string {
  return yamlSafeJson(
    entries.map(({ triggers, recipients }) => ({
      trigger: triggers,
      // A webhook service has no recipients, but Argo CD sends nothing if the list is empty.
      destinations: recipients.map((service) => ({ service, recipients: [''] })),
    })),
  );
}

/** The entries in a value of the annotation; entries of another form than ours are left out. */
export function readProjectSubscriptions(value: string | undefined): SubscriptionEntry[] {
  let list: unknown;
  try {
    list = JSON.parse(value ?? '[]');
  } catch {
    return []; // Somebody has edited it: then it is written again.
  }
  return (Array.isArray(list) ? (list as unknown[]) : []).flatMap((item) => {
    const { trigger, destinations } = (item ?? {}) as { trigger?: unknown; destinations?: unknown };
    if (!isTexts(trigger) || !Array.isArray(destinations)) return [];
    const recipients = destinations.flatMap((each) => {
      const { service, recipients: of } = (each ?? {}) as { service?: unknown; recipients?: unknown };
      return typeof service === 'string' && isTexts(of) && of.includes('') ? [service] : [];
    });
    return [{ triggers: trigger, recipients }];
  });
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
