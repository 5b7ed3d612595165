import { type EntryCut, withoutRecipients } from '../../argocd/foreign-entries.ts';
import { isServiceKey, SUBSCRIPTIONS_KEY, serviceKey, triggerKey } from '../../argocd/names.ts';
import { referencedKeys } from '../../argocd/service-value.ts';
import type { Inquiry } from '../../core/model/inquiry.ts';
import type { LiveObject } from '../../core/model/snapshot.ts';
import type { WebhookRules } from '../../dingtalk/webhook-url.ts';
import type { AnnotatedSubscriber } from './annotations.ts';
import { type Disposition, dispositionsOf } from './dispositions.ts';
import type { Resources } from './drafts.ts';
import { readForeignConfig } from './foreign-config.ts';
import type { Existing } from './origins.ts';
import { resourcesFor } from './resources.ts';
import { dingTalkServices, type SecretValues } from './robots.ts';
import { type StillUsed, stillUsed, type Unit, unitsOf, withDefaults, withoutHalves } from './units.ts';

/** What is to be looked at. */
export interface AdoptionInput {
  readonly configMap: LiveObject;
  /** All of argocd-notifications-secret, as text; undefined where it is not known. */
  readonly secret: SecretValues | undefined;
  /** Who subscribes by annotation, as far as that is known. */
  readonly subscribers: readonly AnnotatedSubscriber[];
  /** Of the custom resources. */
  readonly namespace: string;
  /** Custom resources of that namespace. */
  readonly existing: readonly Existing[];
  readonly rules: WebhookRules;
}

/** What others' DingTalk configuration is as custom resources, and what of it can go then. */
export interface Adoption {
  readonly resources: Resources;
  /** What becomes of each key and each recipient of `subscriptions`. */
  readonly fates: readonly Disposition[];
  /** What is different afterwards, or was not right before; each once. */
  readonly notes: readonly string[];
  readonly cut: Cut;
  /** Keys of the Secret that only services read that go. */
  readonly idleSecretKeys: readonly string[];
  /** The recipients of the entries, those that stay among them. */
  readonly units: readonly Unit[];
}

/** What goes from the ConfigMap once the custom resources take its place. */
export interface Cut {
  readonly keys: readonly string[];
  /** The value of `subscriptions` without what goes of it; absent: the key goes, or there was none. */
  readonly subscriptions?: string;
}

/**
 * Reads Argo CD's notification configuration as others wrote it, and finds for its DingTalk webhooks what says the same as
 * custom resources. The engine is asked about each condition and body; the result is final once `inquiry` has no open
 * questions.
 * @throws Error for a value that can't be read
 */
export function adopt(
  { configMap, secret, subscribers: annotated, namespace, existing, rules }: AdoptionInput,
  inquiry: Inquiry,
): Adoption {
  const config = readForeignConfig(configMap);
  const services = dingTalkServices(config, secret, rules);
  const text = configMap.data[SUBSCRIPTIONS_KEY];
  const subscribers = withDefaults(annotated, config);
  const whole = withoutHalves(unitsOf(config, services, inquiry), subscribers);
  const { units, subscriptions } = cuttable(whole, text);
  const used: StillUsed = stillUsed(units, subscribers, config);
  const fates = dispositionsOf({ config, services, units, used, subscribers });
  const heard = units.filter(({ events }) => events !== undefined).map(({ service }) => service);
  const notes = [
    ...units.flatMap((unit) => unit.notes),
    ...toldTwice(units),
    ...[...services.values()].flatMap(({ name, notes: own }) =>
      heard.includes(name) ? own.map((note) => `${serviceKey(name)}: ${note}`) : [],
    ),
  ];
  const gone = new Set(fates.flatMap(({ key, isTaken }) => (isTaken ? [key] : [])));
  return {
    resources: resourcesFor(units, services, namespace, existing),
    fates,
    notes: [...new Set(notes)],
    cut: {
      keys: fates.flatMap(({ key, isTaken }) => (isTaken && key !== SUBSCRIPTIONS_KEY ? [key] : [])),
      ...(subscriptions !== undefined && { subscriptions }),
    },
    idleSecretKeys: idleSecretKeys(configMap.data, gone),
    units,
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

/** The engine sends an event once to a service, whichever entry says so; two subscriptions are two. */
function toldTwice(units: readonly Unit[]): string[] {
  const selectors = new Map<string, Set<string>>();
  for (const { service, triggers, entry, events } of units) {
    for (const trigger of events ? triggers : []) {
      const key = `${triggerKey(trigger)}, ${service}`;
      selectors.set(key, (selectors.get(key) ?? new Set()).add(entry.selector ?? ''));
    }
  }
  return [...selectors].flatMap(([key, each]) =>
    each.size > 1 && !each.has('')
      ? [
          `${key}: an Application that meets more than one of these selectors is told of twice: ${[...each].join('; ')}`,
        ]
      : [],
  );
}

const STUCK =
  'the value of subscriptions is written in a way that it can not be cut out of; write it as a plain list';

/** Where the list can't be cut, nothing of it is taken over: all would be told twice. */
function cuttable(
  units: readonly Unit[],
  text: string | undefined,
): { readonly units: readonly Unit[]; readonly subscriptions: string | undefined } {
  const cut = new Map<number, Set<string>>();
  for (const { entry, recipient, events } of units) {
    if (events) cut.set(entry.index, (cut.get(entry.index) ?? new Set()).add(recipient));
  }
  const rest = withoutRecipients(text, cut satisfies EntryCut);
  if (rest.ok) return { units, subscriptions: rest.text };
  const staying = units.map(({ events, ...unit }) => (events ? { ...unit, reason: STUCK } : unit));
  return { units: staying, subscriptions: text };
}
