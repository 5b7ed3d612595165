import type { NotificationTemplate } from '../../api/kinds.ts';
import { type Provenance, shortHash } from '../../argocd/provenance.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { mayUse } from '../resolve/sharing.ts';

/**
 * Must be raised when conditions that were allowed before are refused: it ends live versions that were compiled before. It
 * does so once, and only for retained versions.
 */
const POLICY_VERSION = 1;

/** The features of a subscription that not every namespace may use. */
export interface Uses {
  /** Raw Go templates. */
  readonly raw: boolean;
  /** Conditions of the subscription itself. */
  readonly expressions: boolean;
}

/**
 * The permissions with which an event's keys were compiled, for their provenance: the access condition around its
 * applications, and the features that it uses. An admin can withdraw each of them.
 */
export function accessHash(accessCondition: string, { raw, expressions }: Uses): string {
  const uses = [...(raw ? ['raw'] : []), ...(expressions ? ['expressions'] : [])];
  return shortHash([accessCondition, `policy ${POLICY_VERSION}`, ...uses].join('\n'));
}

/** Whether a live key was compiled with a condition of the subscription itself, if the access condition is still the same. */
export function hasOwnCondition({ hash }: Provenance, accessCondition: string): boolean {
  return [false, true].some((raw) => hash === accessHash(accessCondition, { raw, expressions: true }));
}

/** The present permissions of a namespace's subscriptions. */
export interface Permissions {
  readonly namespace: string;
  readonly accessCondition: string;
  readonly tenancy: Pick<OperatorConfiguration['tenancy'], 'trustedNamespaces' | 'allowExpressions'>;
  /** By `namespace/name`, including refused templates. */
  readonly templates: ReadonlyMap<string, NotificationTemplate>;
}

/**
 * Whether the permissions of a live key still hold. The owner of another namespace's template withdraws it by no longer
 * sharing it. A deleted template is not withdrawn, just as in the subscription's own namespace.
 */
export function isStillAllowed({ hash, template }: Provenance, now: Permissions): boolean {
  const { namespace, accessCondition, templates } = now;
  const { trustedNamespaces, allowExpressions } = now.tenancy;
  const shared = template === undefined ? undefined : templates.get(template);
  if (shared && !mayUse(namespace, shared)) return false;
  const [author = namespace] = template?.split('/') ?? [];
  const choices = (allowed: boolean) => (allowed ? [false, true] : [false]);
  const expressionChoices = choices(allowExpressions || trustedNamespaces.includes(namespace));
  return choices(trustedNamespaces.includes(author)).some((raw) =>
    expressionChoices.some((expressions) => hash === accessHash(accessCondition, { raw, expressions })),
  );
}
