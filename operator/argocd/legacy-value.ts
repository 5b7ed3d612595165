import { serviceKey, templateKey, triggerKey } from './names.ts';
import { readYaml, yamlFields, yamlItems, yamlText } from './yaml-value.ts';

/** A part of a legacy value, and the key of the ConfigMap that has the same meaning today. */
export interface LegacyPart {
  /** Such as `trigger on-deployed`. */
  readonly part: string;
  readonly key: string;
}

/**
 * The parts of `config.yaml`, the whole configuration before the engine; none if it is not YAML.
 *
 * Reader: https://github.com/argoproj/argo-cd/blob/master/util/notification/settings/legacy.go
 */
export function readLegacyConfig(text: string): LegacyPart[] {
  const { triggers, templates, subscriptions, context } = yamlFields(readYaml(text));
  const named = (list: unknown, what: string, keyOf: (name: string) => string): LegacyPart[] =>
    yamlItems(list).map((each) => {
      const name = yamlText(yamlFields(each).name);
      return { part: `${what} ${name}`, key: keyOf(name) };
    });
  return [
    ...named(triggers, 'trigger', triggerKey),
    ...named(templates, 'template', templateKey),
    ...(yamlItems(subscriptions).length > 0 ? [{ part: 'subscriptions', key: 'subscriptions' }] : []),
    ...(Object.keys(yamlFields(context)).length > 0 ? [{ part: 'context', key: 'context' }] : []),
  ];
}

/** A webhook of the Secret's `notifiers.yaml`; confidential. */
export interface LegacyWebhook extends LegacyPart {
  readonly url: string;
}

/** The webhooks of `notifiers.yaml`; none if it is not YAML. */
export const readLegacyWebhooks = (text: string): LegacyWebhook[] =>
  yamlItems(yamlFields(readYaml(text)).webhook).map((each) => {
    const { name, url } = yamlFields(each);
    return { part: `webhook ${yamlText(name)}`, key: serviceKey(yamlText(name)), url: yamlText(url) };
  });
