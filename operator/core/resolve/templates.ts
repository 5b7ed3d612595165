import type { NotificationTemplate } from '../../api/kinds.ts';
import type { OperatorConfiguration } from '../../config.ts';
import type { Verdict } from '../verdict.ts';

/** A template with its judgement. */
export interface ResolvedTemplate {
  readonly cr: NotificationTemplate;
  readonly verdict: Verdict;
}

/**
 * Judges one template. `message.raw` is a Go template that Argo CD's controller runs as it is, and a valid one can
 * end that process; so it is for those only who could edit Argo CD's ConfigMap anyway.
 */
export function resolveTemplate(cr: NotificationTemplate, config: OperatorConfiguration): ResolvedTemplate {
  const { namespace } = cr.metadata;
  const trusted = config.tenancy.trustedNamespaces;
  if (trusted.includes(namespace)) return { cr, verdict: { course: 'current', warnings: [] } };
  const message =
    `spec.message.raw: Go templates are accepted in trusted namespaces only (${trusted.join(', ')}), and ` +
    `${namespace} is not one. Leave the template out of the event to get the catalogue's message, or ask the ` +
    'platform team to add the namespace to tenancy.trustedNamespaces.';
  return {
    cr,
    verdict: { course: 'none', refusal: { reason: 'RawTemplateNotTrusted', message }, warnings: [] },
  };
}
