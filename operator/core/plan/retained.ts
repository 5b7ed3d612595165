import { isTemplateKey } from '../../argocd/names.ts';
import { formatTemplate, readTemplate } from '../../argocd/template-value.ts';

/** The services that a live key of ours has a message for; none for a trigger, or a template that was edited by hand. */
export function servicesOf({ key, value }: { readonly key: string; readonly value: string }): string[] {
  return isTemplateKey(key) ? Object.keys(readTemplate(value)?.webhook ?? {}) : [];
}

/**
 * A live template of ours without some services. The engine renders every entry of a template's `webhook` map for
 * every send, and any Application can combine a trigger with a service; so none may stay that isn't sent to.
 * A value that has no such map, or another form (edited by hand), stays as it is.
 */
export function withoutServices(templateValue: string, services: readonly string[]): string {
  const template = services.length === 0 ? undefined : readTemplate(templateValue);
  if (!template) return templateValue;
  const webhook = Object.entries(template.webhook).filter(([service]) => !services.includes(service));
  return formatTemplate({ ...template, webhook: Object.fromEntries(webhook) });
}
