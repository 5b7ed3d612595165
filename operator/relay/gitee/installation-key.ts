import { GITEE_KEY, type GiteeVerdict, giteeKey, verifyGitee } from '../../gitee/signature.ts';
import { DoorKey, type KeySource, type TokenVerdict } from '../door-key.ts';

/** The operator needs a while to give the new keys to all hooks: Gitee takes some requests a second. */
const FORMER_VALID_MS = 3_600_000;

/** No subscription has this uid. A post to a path without a subscription is judged with it, so that this takes as long as any other. */
const NOBODY = '';

/** The installation's key, from which the keys of all hooks are computed. It ships empty, and the operator makes it. */
export class InstallationKey extends DoorKey {
  constructor(source: KeySource) {
    super({
      ...source,
      keep: (text) => Buffer.from(text),
      formerValidMs: FORMER_VALID_MS,
      name: 'the key of the hooks in Gitee',
      lost: `the Secret ${GITEE_KEY.secret} has no key any more, so posts of Gitee are answered with 503; the operator writes it`,
      missing: `the Secret ${GITEE_KEY.secret} has no key yet, so posts of Gitee are answered with 503; the operator writes it`,
    });
  }

  /**
   * Judges the head of a post. One that is not right is judged again after the key was read anew: the API server's answer has its time, too,
   * and a local clock that was set does not matter any more.
   * @param uid of the subscription whose path it is; undefined if there is none
   * @param now in milliseconds since 1970
   * @returns `unknown` while the key is not known
   */
  async judge(
    headers: Parameters<typeof verifyGitee>[0],
    uid: string | undefined,
    now: () => number,
  ): Promise<TokenVerdict | GiteeVerdict> {
    let isLate = false;
    const verdict = await this.judgeBy((kept) => {
      const found = verifyGitee(headers, giteeKey(kept.toString(), uid ?? NOBODY), now());
      if (found === 'late') isLate = true;
      return found === 'right' && uid !== undefined;
    });
    return verdict === 'wrong' && isLate ? 'late' : verdict;
  }
}
