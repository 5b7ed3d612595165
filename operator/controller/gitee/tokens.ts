import type { Finding } from '../../api/finding.ts';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { objectKey } from '../../api/names.ts';
import type { ReadSecret } from '../../cluster/read-credential.ts';
import { tokenFinding } from '../../gitee/findings.ts';
import { own } from '../../lib/own.ts';

/** The access token of a subscription, or why there is none. `gone`: it will not come back by waiting. */
export type GiteeToken =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly gone: boolean; readonly finding: Finding };

const TOKEN = /^[!-~]{1,512}$/;

/**
 * Reads the access tokens of subscriptions. A namespace that is being deleted loses its Secrets before its subscriptions, so the
 * token that was there a moment ago still removes the hooks then. It is used for nothing else.
 */
export class GiteeTokens {
  readonly #read: ReadSecret;
  readonly #isEnding: (namespace: string) => boolean;
  /** By the uid of the subscription. */
  readonly #last = new Map<string, string>();

  /** @param isEnding whether the namespace is being deleted */
  constructor(read: ReadSecret, isEnding: (namespace: string) => boolean) {
    this.#read = read;
    this.#isEnding = isEnding;
  }

  async of({ metadata, spec }: NotificationSubscription): Promise<GiteeToken> {
    const { namespace, uid } = metadata;
    const reference = spec.gitee?.token.secretKeyRef;
    if (!reference)
      return { ok: false, gone: true, finding: tokenFinding('', 'the subscription names none') };
    const secret = objectKey(namespace, reference.name);
    const { secret: read } = await this.#read(namespace, reference.name, new Set([reference.key]));
    if (read.state === 'unreadable')
      return { ok: false, gone: false, finding: tokenFinding(secret, `cannot be read: ${read.message}`) };
    const value = read.state === 'found' ? own(read.data, reference.key)?.trim() : undefined;
    if (value !== undefined && TOKEN.test(value)) {
      this.#last.set(uid, value);
      return { ok: true, token: value };
    }
    const last = this.#last.get(uid);
    if (!this.#isEnding(namespace)) this.#last.delete(uid);
    else if (last !== undefined && metadata.deletionTimestamp !== undefined) return { ok: true, token: last };
    return {
      ok: false,
      gone: true,
      finding: tokenFinding(secret, problemOf(read.state, reference.key, value)),
    };
  }

  /** Forgets all subscriptions but these. */
  keepOnly(uids: ReadonlySet<string>): void {
    for (const uid of this.#last.keys()) if (!uids.has(uid)) this.#last.delete(uid);
  }
}

function problemOf(state: 'found' | 'missing', key: string, value: string | undefined): string {
  if (state === 'missing') return 'does not exist. Create the Secret with the access token.';
  if (value === undefined) return `has no key ${key}, or a value there that is too long for an access token.`;
  return `the value of the key ${key} is empty, or has characters that no access token has.`;
}
