import { yamlSafeJson } from '../json.ts';

/** The services that a live key of ours has a message for; none for a trigger, or a template that was edited by hand. */
export function servicesOf({ key, value }: { readonly key: string; readonly value: string }): string[] {
  if (!key.startsWith('template.')) return [];
  try {
    return Object.keys((JSON.parse(value) as { webhook?: object }).webhook ?? {});
  } catch {
    return []; // No JSON any more: then nobody knows.
  }
}

/**
 * A live template of ours without some services. The engine renders every entry of a template's `webhook` map for
 * every send, and any Application can combine a trigger with a service; so none may stay that isn't sent to.
 * A value that is no JSON any more (edited by hand) stays as it is.
 */
export function withoutServices(templateValue: string, services: readonly string[]): string {
  if (services.length === 0) return templateValue;
  let template: { webhook?: Record<string, unknown> };
  try {
    template = JSON.parse(templateValue) as typeof template;
  } catch {
    return templateValue;
  }
  const webhook = Object.entries(template.webhook ?? {}).filter(([service]) => !services.includes(service));
  return yamlSafeJson({ ...template, webhook: Object.fromEntries(webhook) });
}
