import { parse } from 'yaml';
import { yamlSafeJson } from '../lib/json.ts';
import { readYaml, yamlFields, yamlStruct, yamlText } from './yaml-value.ts';

/** The part of one of our templates for one service. */
export interface WebhookEntry {
  readonly method: string;
  readonly body: string;
}

/** One of our templates, with bodies. */
export interface WebhookTemplate {
  /** The provenance; absent in a template that is not written. */
  readonly managedBy?: string;
  /** By service. */
  readonly webhook: Readonly<Record<string, WebhookEntry>>;
}

/**
 * The value of `template.<name>`: JSON, except for equal entries, such as those of robots whose groups read the same language: each
 * further one is a YAML alias of the first. The engine renders all of them.
 */
export function formatTemplate({ managedBy, webhook }: WebhookTemplate): string {
  const texts = Object.entries(webhook).map(([service, entry]) => [service, yamlSafeJson(entry)] as const);
  const repeated = [...new Set(texts.map(([, text]) => text))].filter(
    (text) => texts.filter(([, other]) => other === text).length > 1,
  );
  const seen = new Set<string>();
  const entries = texts.map(([service, text]) => {
    const anchor = `b${repeated.indexOf(text)}`;
    const isAlias = seen.has(text);
    seen.add(text);
    const value = isAlias ? `*${anchor}` : repeated.includes(text) ? `&${anchor} ${text}` : text;
    return `${yamlSafeJson(service)}:${value}`;
  });
  // The mark comes first, because the text of a raw template could contain the same mark.
  const mark = managedBy === undefined ? '' : `"managedBy":${yamlSafeJson(managedBy)},`;
  return `{${mark}"webhook":{${entries.join(',')}}}`;
}

/** The value of `template.<name>` for a template without bodies: a Go template that all services share. */
export function formatMessage(message: string, managedBy?: string): string {
  return yamlSafeJson({ managedBy, message });
}

/** Undoes it; undefined for a value of any other form, such as one that was edited by hand. */
export function readTemplate(value: string): WebhookTemplate | undefined {
  try {
    const template = (readOwn(value) ?? parse(value)) as WebhookTemplate | null;
    return typeof template?.webhook === 'object' && template.webhook ? template : undefined;
  } catch {
    return undefined;
  }
}

/** Strings, and outside of them the anchors and aliases of {@link formatTemplate}. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")|&(b\d+) |\*(b\d+)/g;

/** A value of {@link formatTemplate}, undefined for another one: reading it as YAML takes four hundred times as long. */
function readOwn(value: string): unknown {
  const services = new Map<string, string>();
  let service = '';
  const json = value.replace(TOKEN, (token, text?: string, anchor?: string, alias?: string) => {
    if (text !== undefined) service = text;
    else if (anchor !== undefined) services.set(anchor, service);
    return alias === undefined ? (anchor === undefined ? token : '') : `{"like":${services.get(alias)}}`;
  });
  let template: { readonly webhook?: Readonly<Record<string, object>> };
  try {
    template = JSON.parse(json) as typeof template;
  } catch {
    return undefined;
  }
  if (services.size === 0) return template;
  const entries = new Map(Object.entries(template.webhook ?? {}));
  const webhook = [...entries].map(([name, entry]) => {
    const like = 'like' in entry ? entries.get(entry.like as string) : undefined;
    return [name, like ?? entry] as const;
  });
  return { ...template, webhook: Object.fromEntries(webhook) };
}

/** The message of a template for one webhook service. */
export interface WebhookMessage {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** A template of any author; only its webhook part is of interest. */
export interface ForeignTemplate {
  /** By service. */
  readonly webhook: ReadonlyMap<string, WebhookMessage>;
  /** Its other fields except message, which are for other kinds of services if the engine knows them. */
  readonly others: readonly string[];
}

/**
 * Reads a template as the engine does; undefined if it is not YAML.
 *
 * Shape: https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/templates/
 */
export function readForeignTemplate(value: string): ForeignTemplate | undefined {
  const template = readYaml(value);
  if (template === undefined) return undefined;
  const { fields, others } = yamlStruct(template, ['webhook', 'message']);
  const messages = Object.entries(yamlFields(fields.webhook)).map(
    ([service, each]): [string, WebhookMessage] => {
      const { method, path, body } = yamlStruct(each, ['method', 'path', 'body']).fields;
      return [
        service,
        { method: yamlText(method).toUpperCase(), path: yamlText(path), body: yamlText(body) },
      ];
    },
  );
  return { webhook: new Map(messages), others };
}
