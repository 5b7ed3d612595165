import { type EntryCut, withoutRecipients } from '../../argocd/foreign-entries.ts';
import { isServiceKey, SUBSCRIPTIONS_KEY, triggerKey } from '../../argocd/names.ts';
import { referencedKeys } from '../../argocd/service-value.ts';
import type { Inquiry } from '../../core/model/inquiry.ts';
import type { LiveObject } from '../../core/model/snapshot.ts';
import type { WebhookRules } from '../../dingtalk/webhook-url.ts';
import type { AnnotatedSubscriber } from './annotations.ts';
import { type Disposition, dispositionsOf } from './dispositions.ts';
import type { Resources } from './drafts.ts';
import {
  type EntryRecipient,
  entryRecipientsOf,
  type StillUsed,
  stillUsed,
  withDefaults,
  withoutHalves,
} from './entry-recipients.ts';
import { readForeignConfig } from './foreign-config.ts';
import type { ExistingResource } from './origins.ts';
import { resourcesFor } from './resources.ts';
import { dingTalkServices, type SecretValues } from './robots.ts';

/** The configuration to adopt, and its surroundings. */
export interface AdoptionInput {
  readonly configMap: LiveObject;
  /** All of argocd-notifications-secret, as text; undefined if it is not known. */
  readonly secret: SecretValues | undefined;
  /** Objects that subscribe by annotation, as far as they are known. */
  readonly subscribers: readonly AnnotatedSubscriber[];
  /** Of the custom resources. */
  readonly namespace: string;
  /** Custom resources of that namespace. */
  readonly existing: readonly ExistingResource[];
  readonly rules: WebhookRules;
}

/** Foreign DingTalk configuration as custom resources, and the parts that can go then. */
export interface Adoption {
  readonly resources: Resources;
  /** The decision on each key and each recipient of `subscriptions`. */
  readonly dispositions: readonly Disposition[];
  /** Differences afterwards and defects before; each once. */
  readonly notes: readonly string[];
  readonly cut: Cut;
  /** Keys of the Secret that only removed services read. */
  readonly idleSecretKeys: readonly string[];
  /** The recipients of all entries, also of those that stay. */
  readonly recipients: readonly EntryRecipient[];
}

/** The parts of the ConfigMap that go once custom resources replace them. */
export interface Cut {
  readonly keys: readonly string[];
  /** The value of `subscriptions` without the removed recipients; absent: the key goes, or there was none. */
  readonly subscriptions?: string;
}

/**
 * Reads Argo CD's notification configuration as others wrote it, and finds custom resources that replace its DingTalk webhooks.
 * The engine is asked about each condition and body; the result is final once `inquiry` has no open questions.
 * @throws Error for a value that can't be read
 */
export function adoptionOf(
  { configMap, secret, subscribers: annotated, namespace, existing, rules }: AdoptionInput,
  inquiry: Inquiry,
): Adoption {
  const config = readForeignConfig(configMap);
  const services = dingTalkServices(config, secret, rules);
  const text = configMap.data[SUBSCRIPTIONS_KEY];
  const subscribers = withDefaults(annotated, config);
  const whole = withoutHalves(entryRecipientsOf(config, services, inquiry), subscribers);
  const { recipients, subscriptions } = cuttable(whole, text);
  const used: StillUsed = stillUsed(recipients, subscribers, config);
  const dispositions = dispositionsOf({ config, services, recipients, used, subscribers });
  const subscribed = recipients.filter(({ events }) => events !== undefined).map(({ service }) => service);
  const notes = [
    ...recipients.flatMap((recipient) => recipient.notes),
    ...notifiedTwice(recipients),
    ...[...services.values()].flatMap(({ name, notes: own }) =>
      subscribed.includes(name) ? own.map((note) => `${config.serviceKeys.get(name)}: ${note}`) : [],
    ),
  ];
  const gone = new Set(dispositions.flatMap(({ key, isTaken }) => (isTaken ? [key] : [])));
  return {
    resources: resourcesFor(recipients, services, namespace, existing),
    dispositions,
    notes: [...new Set(notes)],
    cut: {
      keys: dispositions.flatMap(({ key, isTaken }) => (isTaken && key !== SUBSCRIPTIONS_KEY ? [key] : [])),
      ...(subscriptions !== undefined && { subscriptions }),
    },
    idleSecretKeys: idleSecretKeys(configMap.data, gone),
    recipients,
  };
}

function idleSecretKeys(data: LiveObject['data'], gone: ReadonlySet<string>): string[] {
  const readBy = (isMeant: (key: string) => boolean): string[] =>
    Object.entries(data).flatMap(([key, value]) =>
      isServiceKey(key) && isMeant(key) ? referencedKeys(value) : [],
    );
  const stillRead = new Set(readBy((key) => !gone.has(key)));
  return [...new Set(readBy((key) => gone.has(key)))].filter((key) => !stillRead.has(key)).sort();
}

/** The engine sends an event once to a service, however many entries select it; two subscriptions send it twice. */
function notifiedTwice(recipients: readonly EntryRecipient[]): string[] {
  const selectors = new Map<string, Set<string>>();
  for (const { service, triggers, entry, events } of recipients) {
    for (const trigger of events ? triggers : []) {
      const key = `${triggerKey(trigger)}, ${service}`;
      selectors.set(key, (selectors.get(key) ?? new Set()).add(entry.selector ?? ''));
    }
  }
  return [...selectors].flatMap(([key, each]) =>
    each.size > 1 && !each.has('')
      ? [
          `${key}: Argo CD will notify twice about an Application that meets more than one of these selectors: ${[...each].join('; ')}`,
        ]
      : [],
  );
}

const STUCK =
  'adopt cannot remove this entry from the value of subscriptions without damage; write the value as a plain list';

/** If the list can't be cut, nothing of it is taken over: Argo CD would send everything twice. */
function cuttable(
  recipients: readonly EntryRecipient[],
  text: string | undefined,
): { readonly recipients: readonly EntryRecipient[]; readonly subscriptions: string | undefined } {
  const cut = new Map<number, Set<string>>();
  for (const { entry, recipient, events } of recipients) {
    if (events) cut.set(entry.index, (cut.get(entry.index) ?? new Set()).add(recipient));
  }
  const rest = withoutRecipients(text, cut satisfies EntryCut);
  if (rest.ok) return { recipients, subscriptions: rest.text };
  const staying = recipients.map(({ events, ...recipient }) =>
    events ? { ...recipient, reason: STUCK } : recipient,
  );
  return { recipients: staying, subscriptions: text };
}
