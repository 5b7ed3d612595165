import { yamlSafeJson } from '../lib/json.ts';
import { DIRECT_HEADER, type DirectMarks, formatDirectMarks, readDirectMarks } from './direct-marks.ts';
import { readYaml, yamlItems, yamlStruct, yamlText } from './yaml-value.ts';

/** The engine reads these waits as integers of nanoseconds; a text such as "1s" would stop it completely. */
const RETRY_WAIT_MIN_NS = 500_000_000;
const RETRY_WAIT_MAX_NS = 1_000_000_000;

/**
 * The value of `service.webhook.<name>` for a robot. One retry with short waits, since the engine has a single worker.
 * @param url usually a {@link secretReference}: the engine expands any `$name` in it
 * @param managedBy the provenance
 */
export function formatService(url: string, managedBy: string): string {
  return yamlSafeJson({
    url,
    headers: [{ name: 'Content-Type', value: 'application/json' }],
    retryMax: 1,
    retryWaitMin: RETRY_WAIT_MIN_NS,
    retryWaitMax: RETRY_WAIT_MAX_NS,
    managedBy,
  });
}

const RELAY_RETRY_WAIT_MAX_NS = 4_000_000_000;

/**
 * The value of the relay's service. Argo CD loses a message that the relay does not take, so it tries again for some seconds: the
 * relay may be starting.
 * @param capability the {@link secretReference} to the text by which the relay knows Argo CD. It is in a header, since Argo CD's
 * controller writes URLs to its log
 * @param managedBy the provenance
 * @param direct what Argo CD tells by itself
 */
export function formatRelayService(
  url: string,
  capability: string,
  managedBy: string,
  direct: DirectMarks = new Map(),
): string {
  return yamlSafeJson({
    url,
    headers: [
      { name: 'Content-Type', value: 'application/json' },
      { name: 'Authorization', value: `Bearer ${capability}` },
      ...(direct.size > 0 ? [{ name: DIRECT_HEADER, value: formatDirectMarks(direct) }] : []),
    ],
    retryMax: 4,
    retryWaitMin: RETRY_WAIT_MIN_NS,
    retryWaitMax: RELAY_RETRY_WAIT_MAX_NS,
    managedBy,
  });
}

/** The marks in the value of the relay's service, of any form. */
export const directMarksIn = (service: string): DirectMarks =>
  readDirectMarks(DIRECT_VALUE.exec(service)?.[1] ?? '');

const DIRECT_VALUE = new RegExp(`"${DIRECT_HEADER}","value":"([^"]*)"`);

/** A webhook service as Argo CD's engine reads it, with `$name` still in it. */
export interface WebhookService {
  readonly url: string;
  /** Names of headers. */
  readonly headers: readonly string[];
  /** Fields beyond url, headers and retries, that a robot has no place for. */
  readonly extras: readonly string[];
}

/** The fields that a robot replaces, or that the operator chooses itself. */
const KNOWN = ['url', 'headers', 'retryMax', 'retryWaitMin', 'retryWaitMax'] as const;

/**
 * Reads a webhook service of any author; undefined if it is not YAML.
 *
 * Shape: https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/services/webhook/
 */
export function readService(value: string): WebhookService | undefined {
  const service = readYaml(value);
  if (service === undefined) return undefined;
  const { fields, others } = yamlStruct(service, KNOWN);
  return {
    url: yamlText(fields.url),
    headers: yamlItems(fields.headers).map((header) => yamlText(yamlStruct(header, ['name']).fields.name)),
    extras: others,
  };
}

/**
 * The URL to which the engine sends a message with a path:
 * https://github.com/argoproj/notifications-engine/blob/master/pkg/services/webhook.go (`applyOverridesFrom`)
 */
export const joinedUrl = (url: string, path: string): string =>
  `${url.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;

/** The reference to a key of the Secret in a service. */
export const secretReference = (key: string): string => `$${key}`;

/** The references that the engine replaces: https://github.com/argoproj/notifications-engine/blob/master/pkg/api/config.go */
const REFERENCE = /\$[\w-]+/g;

/** The keys of the Secret that a service's value, or a part of it, refers to. */
export const referencedKeys = (text: string): string[] =>
  [...text.matchAll(REFERENCE)].map(([reference]) => reference.slice(1));

/** A text of a service with the values of the Secret's keys in it. */
export const withSecretValues = (text: string, resolve: (key: string) => string): string =>
  text.replace(REFERENCE, (reference) => resolve(reference.slice(1)));

/** References as shells and other tools have them, such as `${token}`. The engine does not replace them. */
const FOREIGN_REFERENCE = /\$\{[^{}]*\}/g;

/** The references of a service's value that the engine leaves as they are. */
export const foreignReferences = (text: string): string[] => [
  ...new Set([...text.matchAll(FOREIGN_REFERENCE)].map(([reference]) => reference)),
];
