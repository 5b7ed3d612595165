import type { NotificationTemplate } from '../../api/kinds.ts';
import { type Provenance, shortHash } from '../../argocd/provenance.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { mayUse } from '../resolve/sharing.ts';

/**
 * To be raised when conditions that were allowed before are refused: versions that were compiled before then do not
 * stay live on the strength of having been there. It drops retained versions only, and only once.
 */
const POLICY_VERSION = 1;

/** What a subscription makes use of that not everybody may. */
export interface Uses {
  /** Raw Go templates. */
  readonly raw: boolean;
  /** Conditions of its own. */
  readonly expressions: boolean;
}

/**
 * What an event's keys were allowed when they were compiled, as it travels in their provenance: the access condition around its
 * applications, and what it uses. An admin can withdraw each of them.
 */
export function accessHash(accessCondition: string, { raw, expressions }: Uses): string {
  const uses = [...(raw ? ['raw'] : []), ...(expressions ? ['expressions'] : [])];
  return shortHash([accessCondition, `policy ${POLICY_VERSION}`, ...uses].join('\n'));
}

/** Whether what a live key was compiled with has a condition of the subscription's own, as long as the access condition is the same. */
export function hasOwnCondition({ hash }: Provenance, accessCondition: string): boolean {
  return [false, true].some((raw) => hash === accessHash(accessCondition, { raw, expressions: true }));
}

/** What the subscriptions of a namespace are allowed now. */
export interface Permissions {
  readonly namespace: string;
  readonly accessCondition: string;
  readonly tenancy: Pick<OperatorConfiguration['tenancy'], 'trustedNamespaces' | 'allowExpressions'>;
  /** By `namespace/name`, refused ones too. */
  readonly templates: ReadonlyMap<string, NotificationTemplate>;
}

/**
 * Whether what a live key was compiled with is allowed still. A template of another namespace that is there and not shared
 * was withdrawn; one that is gone was not, as with one's own.
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
