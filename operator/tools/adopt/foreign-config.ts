import { parse } from 'yaml';
import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { foreignKeys } from '../../core/model/live.ts';
import type { LiveObject } from '../../core/model/snapshot.ts';
import { type ForeignEntry, readForeignEntries } from './entry-text.ts';

/** A webhook service as Argo CD's engine reads it, with `$name` still in it. */
export interface WebhookService {
  readonly name: string;
  readonly url: string;
  readonly headers: readonly string[];
  /** Fields beyond url, headers and retries, that a robot has no place for. */
  readonly extras: readonly string[];
}

/** What a template says to one webhook service. */
export interface WebhookMessage {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** A template, of which only the webhook part is of interest. */
export interface ForeignTemplate {
  readonly webhook: ReadonlyMap<string, WebhookMessage>;
  /** Whether it speaks to other kinds of services too. */
  readonly speaksToOthers: boolean;
}

/** One condition of a trigger. */
export interface ForeignCondition {
  readonly when: string;
  readonly oncePer?: string;
  readonly send: readonly string[];
}

/** What others have in argocd-notifications-cm, as the engine reads it. */
export interface ForeignConfig {
  /** All their keys but `subscriptions`, sorted. */
  readonly keys: readonly string[];
  readonly services: ReadonlyMap<string, WebhookService>;
  readonly templates: ReadonlyMap<string, ForeignTemplate>;
  readonly triggers: ReadonlyMap<string, readonly ForeignCondition[]>;
  readonly defaultTriggers: readonly string[];
  /** Of one service: Application annotations without a trigger mean these. */
  readonly serviceDefaults: ReadonlyMap<string, readonly string[]>;
  readonly entries: readonly ForeignEntry[];
}

/**
 * Reads others' part of the ConfigMap. What the engine accepts is read as it reads it; a value that is nothing of the
 * kind counts as empty, since the engine has been asked before.
 *
 * Shapes: https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/
 * @throws YAMLParseError for what is no YAML
 */
export function readForeignConfig(configMap: LiveObject): ForeignConfig {
  const foreign = foreignKeys(configMap);
  const all = Object.entries(foreign).sort(([a], [b]) => (a < b ? -1 : 1));
  const named = (prefix: string): [string, unknown][] =>
    all.flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), readYaml(value)]] : [],
    );
  return {
    keys: all.map(([key]) => key),
    services: new Map(named('service.webhook.').map(([name, value]) => [name, webhookService(name, value)])),
    templates: new Map(named('template.').map(([name, value]) => [name, template(value)])),
    triggers: new Map(named('trigger.').map(([name, value]) => [name, conditions(value)])),
    defaultTriggers: texts(readYaml(foreign.defaultTriggers ?? '')),
    serviceDefaults: new Map(named('defaultTriggers.').map(([name, value]) => [name, texts(value)])),
    entries: readForeignEntries(configMap.data[SUBSCRIPTIONS_KEY]),
  };
}

/** As go-yaml takes it: YAML 1.1, of equal keys the last wins. */
const readYaml = (text: string): unknown => parse(text, { version: '1.1', uniqueKeys: false });

/** The field names that a robot stands for, or that the operator chooses itself. */
const KNOWN = new Set(['url', 'headers', 'retryMax', 'retryWaitMin', 'retryWaitMax']);

function webhookService(name: string, value: unknown): WebhookService {
  const fields = object(value);
  const headers = list(fields.headers).map((header) => text(object(header).name));
  const extras = Object.keys(fields).filter((field) => !KNOWN.has(field));
  return { name, url: text(fields.url), headers, extras };
}

function template(value: unknown): ForeignTemplate {
  const { webhook, message: _, ...others } = object(value);
  const messages = Object.entries(object(webhook)).map(([service, each]): [string, WebhookMessage] => {
    const { method, path, body } = object(each);
    return [service, { method: text(method).toUpperCase(), path: text(path), body: text(body) }];
  });
  return { webhook: new Map(messages), speaksToOthers: Object.keys(others).length > 0 };
}

function conditions(value: unknown): ForeignCondition[] {
  return list(value).map((each) => {
    const { when, oncePer, send } = object(each);
    const once = text(oncePer);
    return { when: text(when), ...(once !== '' && { oncePer: once }), send: texts(send) };
  });
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The engine reads a number or a boolean as a text, too. */
function text(value: unknown): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

const texts = (value: unknown): string[] => list(value).map(text);
