import { type ForeignEntry, readForeignEntries } from '../../argocd/foreign-entries.ts';
import {
  DEFAULT_TRIGGERS_KEY,
  type KeyKind,
  readKey,
  SUBSCRIPTIONS_KEY,
  serviceOfKey,
} from '../../argocd/names.ts';
import { joinedUrl, readService, type WebhookService } from '../../argocd/service-value.ts';
import { type ForeignTemplate, readForeignTemplate } from '../../argocd/template-value.ts';
import { readDefaultTriggers, readTrigger, type TriggerCondition } from '../../argocd/trigger-value.ts';
import { foreignKeys } from '../../core/model/live.ts';
import type { LiveObject } from '../../core/model/snapshot.ts';

/** The foreign part of argocd-notifications-cm, as the engine reads it. */
export interface ForeignConfig {
  /** All foreign keys except `subscriptions`, sorted. */
  readonly keys: readonly string[];
  /** The webhooks. */
  readonly services: ReadonlyMap<string, WebhookService>;
  /** The keys of all services of any type, by their names: a key may have no name, or another type. */
  readonly serviceKeys: ReadonlyMap<string, string>;
  readonly templates: ReadonlyMap<string, ForeignTemplate>;
  readonly triggers: ReadonlyMap<string, readonly TriggerCondition[]>;
  readonly defaultTriggers: readonly string[];
  /** Of one service: Application annotations without a trigger mean these. */
  readonly serviceDefaults: ReadonlyMap<string, readonly string[]>;
  readonly entries: readonly ForeignEntry[];
}

/**
 * Reads the foreign part of the ConfigMap as the engine reads it. Parts of another shape count as empty, because the engine has
 * accepted the ConfigMap before.
 * @throws Error for a value that can't be read: treating it as empty would lose its content
 */
export function readForeignConfig(configMap: LiveObject): ForeignConfig {
  const foreign = foreignKeys(configMap);
  const all = Object.entries(foreign).sort(([a], [b]) => (a < b ? -1 : 1));
  const named = <T>(kind: KeyKind, reader: (value: string) => T | undefined): ReadonlyMap<string, T> =>
    new Map(
      all.flatMap(([key, value]): [string, T][] => {
        const owner = readKey(key);
        return owner?.kind === kind ? [[owner.name, read(key, value, reader)]] : [];
      }),
    );
  const parts = {
    services: named('service', readService),
    templates: named('template', readForeignTemplate),
  };
  return {
    keys: all.map(([key]) => key),
    ...withWholeUrls(parts),
    serviceKeys: new Map(
      all.flatMap(([key]): [string, string][] => {
        const name = serviceOfKey(key);
        return name === undefined ? [] : [[name, key]];
      }),
    ),
    triggers: named('trigger', readTrigger),
    defaultTriggers: read(DEFAULT_TRIGGERS_KEY, foreign[DEFAULT_TRIGGERS_KEY] ?? '', readDefaultTriggers),
    serviceDefaults: named('defaults', readDefaultTriggers),
    entries: readForeignEntries(configMap.data[SUBSCRIPTIONS_KEY]),
  };
}

/**
 * A service may have the host alone, and its messages the path with the access token. If all of its messages have the same path,
 * this is the same as a whole URL.
 */
function withWholeUrls({
  services,
  templates,
}: Pick<ForeignConfig, 'services' | 'templates'>): Pick<ForeignConfig, 'services' | 'templates'> {
  const paths = new Map<string, Set<string>>();
  for (const { webhook } of templates.values())
    for (const [name, { path }] of webhook) paths.set(name, (paths.get(name) ?? new Set()).add(path));
  const isWhole = (name: string): boolean => services.get(name)?.url.includes('?') ?? true;
  const common = new Map(
    [...paths].flatMap(([name, [path = '', ...others]]) =>
      path === '' || others.length > 0 || path.includes('{{') || isWhole(name) ? [] : [[name, path] as const],
    ),
  );
  return {
    services: new Map(
      [...services].map(([name, service]) => {
        const path = common.get(name);
        return [name, path === undefined ? service : { ...service, url: joinedUrl(service.url, path) }];
      }),
    ),
    templates: new Map(
      [...templates].map(([key, template]) => [
        key,
        {
          ...template,
          webhook: new Map(
            [...template.webhook].map(([name, message]) => [
              name,
              common.has(name) ? { ...message, path: '' } : message,
            ]),
          ),
        },
      ]),
    ),
  };
}

function read<T>(key: string, value: string, reader: (value: string) => T | undefined): T {
  const found = reader(value);
  if (found === undefined) throw new Error(`the key ${key} cannot be read`);
  return found;
}
