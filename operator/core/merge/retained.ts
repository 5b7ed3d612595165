import { yamlSafeJson } from '../json.ts';

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
