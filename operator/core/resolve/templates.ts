import type { Finding } from '../../api/finding.ts';
import type { NotificationTemplate } from '../../api/kinds.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { messageParts } from '../../message/body.ts';
import { ANY_SCOPE, readMessage } from '../../message/parse.ts';
import { rawTemplateFinding } from '../gate/raw-template.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { ResolvedTemplate } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Refusal } from '../model/verdict.ts';
import { combine } from './combine.ts';
import { textHealthWarnings, typedHealthWarnings } from './resource-health.ts';
import { outsideFinding } from './selection.ts';
import { unsupportedField } from './unsupported.ts';

/** Judges one template. */
export function resolveTemplate(
  cr: NotificationTemplate,
  snapshot: Pick<Snapshot, 'config' | 'namespaces'>,
  inquiry: Inquiry,
): ResolvedTemplate {
  // Questions about a raw template must be asked each time.
  const isTyped = cr.spec.message.raw === undefined;
  const inputs = [snapshot.config, snapshot.namespaces.get(cr.metadata.namespace)];
  return typedTemplates.getIf(
    cr,
    inputs,
    () => judgeTemplate(cr, snapshot, inquiry),
    () => isTyped,
  );
}

const typedTemplates = new ObjectMemo<NotificationTemplate, ResolvedTemplate>();

function judgeTemplate(
  cr: NotificationTemplate,
  snapshot: Pick<Snapshot, 'config' | 'namespaces'>,
  inquiry: Inquiry,
): ResolvedTemplate {
  const { raw } = cr.spec.message;
  const refusal =
    outsideFinding(cr, snapshot) ??
    unsupportedField(cr) ??
    (raw === undefined
      ? typedFindings.get(cr, [], () => typedFinding(cr))
      : (untrusted(cr, snapshot.config) ?? rawTemplateFinding(raw, inquiry)));
  if (refusal) return refusedTemplate(cr, refusal);
  const warnings = raw === undefined ? typedWarnings(cr) : textHealthWarnings(raw, 'spec.message.raw');
  return { cr, verdict: { rollout: 'current', warnings } };
}

/** A template that is refused. Templates have no separate live version. */
export function refusedTemplate(cr: NotificationTemplate, refusal: Refusal): ResolvedTemplate {
  return { cr, verdict: { rollout: 'none', refusal, warnings: [] } };
}

const typedFindings = new ObjectMemo<NotificationTemplate, Refusal | undefined>();

function typedWarnings({ spec: { message, params = {} } }: NotificationTemplate): Finding[] {
  const reading = readMessage({ message, params });
  return reading.ok ? typedHealthWarnings(reading.message) : [];
}

/** All that is wrong with a message in Handlebars, as one refusal. */
function typedFinding({ spec }: NotificationTemplate): Refusal | undefined {
  const { message, params = {}, at = {} } = spec;
  const reading = readMessage({ message, params });
  if (!reading.ok) return combine(reading.findings);
  const parts = messageParts({
    message: reading.message,
    scope: { ...ANY_SCOPE, params },
    demands: { keywords: [], at },
  });
  return parts.ok ? undefined : parts.finding;
}

/**
 * `message.raw` is a Go template that Argo CD's controller runs as it is, and a valid one can end that process. So it is only
 * for people who could edit Argo CD's ConfigMap anyway.
 */
function untrusted({ metadata }: NotificationTemplate, { tenancy }: Snapshot['config']): Refusal | undefined {
  const trusted = tenancy.trustedNamespaces;
  if (trusted.includes(metadata.namespace)) return undefined;
  const message =
    `spec.message.raw: on this installation, only trusted namespaces may write Go templates ` +
    `(${trusted.join(', ') || 'there are none'}), and ${metadata.namespace} is not one. Write the message in Handlebars, as ` +
    'message.markdown or another of the forms, or ask the platform team to add the namespace to tenancy.trustedNamespaces.';
  return { reason: 'RawTemplateNotTrusted', message };
}
