import type { NotificationTemplate } from '../../api/kinds.ts';
import { type Provenance, shortHash } from '../provenance.ts';
import { mayUse } from '../resolve/sharing.ts';

/**
 * To be raised when conditions that were allowed before are refused: versions that were compiled before then do not
 * stay live on the strength of having been there. It drops retained versions only, and only once.
 */
const POLICY_VERSION = 1;

/**
 * What an event's keys were allowed when they were compiled, as it travels in their provenance: the fence around its
 * applications, and whether its message is a raw Go template. An admin can withdraw either.
 */
export function accessHash(fence: string, isRaw: boolean): string {
  return shortHash([fence, `policy ${POLICY_VERSION}`, ...(isRaw ? ['raw'] : [])].join('\n'));
}

/** What the subscriptions of a namespace are allowed now. */
export interface Permissions {
  readonly namespace: string;
  readonly fence: string;
  /** Namespaces that may write raw Go templates. */
  readonly trustedNamespaces: readonly string[];
  /** By `namespace/name`, refused ones too. */
  readonly templates: ReadonlyMap<string, NotificationTemplate>;
}

/**
 * Whether what a live key was compiled with is allowed still. A template of another namespace that is there and not shared
 * was withdrawn; one that is gone was not, as with one's own.
 */
export function mayStay({ hash, template }: Provenance, now: Permissions): boolean {
  const { namespace, fence, trustedNamespaces, templates } = now;
  const shared = template === undefined ? undefined : templates.get(template);
  if (shared && !mayUse(namespace, shared)) return false;
  const [author = namespace] = template?.split('/') ?? [];
  return (
    hash === accessHash(fence, false) ||
    (trustedNamespaces.includes(author) && hash === accessHash(fence, true))
  );
}
