import { parse } from 'yaml';
import { yamlSafeJson } from '../lib/json.ts';

/** What a template of ours has for one service. */
export interface WebhookEntry {
  readonly method: string;
  readonly body: string;
}

/** A template of ours with bodies. */
export interface WebhookTemplate {
  /** Where it comes from. */
  readonly managedBy: string;
  /** By service. */
  readonly webhook: Readonly<Record<string, WebhookEntry>>;
}

/**
 * The value of `template.<name>`: JSON, but for entries that are equal, as those of robots whose groups read the same
 * language are: each further one is an alias of the first in YAML. The engine renders them all the same.
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
  // First the mark, since a raw template's own text could hold the same one.
  return `{"managedBy":${yamlSafeJson(managedBy)},"webhook":{${entries.join(',')}}}`;
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

/** A value as it was written here, undefined for another one: to read it as YAML takes four hundred times as long. */
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
