import type { NotificationTemplate } from '../../api/kinds.ts';
import type { OperatorConfiguration } from '../../config.ts';
import type { Inquiry } from '../gate/inquiry.ts';
import { rawTemplateFinding } from '../gate/raw-template.ts';
import type { Finding, Verdict } from '../verdict.ts';
import { unsupportedField } from './unsupported.ts';

/** A template with its judgement. */
export interface ResolvedTemplate {
  readonly cr: NotificationTemplate;
  readonly verdict: Verdict;
}

/** Judges one template. */
export function resolveTemplate(
  cr: NotificationTemplate,
  config: OperatorConfiguration,
  inquiry: Inquiry,
): ResolvedTemplate {
  const refusal =
    unsupportedField(cr) ?? untrusted(cr, config) ?? rawTemplateFinding(cr.spec.message.raw ?? '', inquiry);
  return {
    cr,
    verdict: refusal ? { course: 'none', refusal, warnings: [] } : { course: 'current', warnings: [] },
  };
}

/**
 * `message.raw` is a Go template that Argo CD's controller runs as it is, and a valid one can end that process; so it
 * is for those only who could edit Argo CD's ConfigMap anyway.
 */
function untrusted(
  { metadata }: NotificationTemplate,
  { tenancy }: OperatorConfiguration,
): Finding | undefined {
  const trusted = tenancy.trustedNamespaces;
  if (trusted.includes(metadata.namespace)) return undefined;
  const message =
    `spec.message.raw: Go templates are accepted in trusted namespaces only (${trusted.join(', ')}), and ` +
    `${metadata.namespace} is not one. Leave the template out of the event to get the catalogue's message, or ask the ` +
    'platform team to add the namespace to tenancy.trustedNamespaces.';
  return { reason: 'RawTemplateNotTrusted', message };
}
