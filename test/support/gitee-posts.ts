import { createHmac } from 'node:crypto';

/** The hook of a subscription, as the operator has made it on Gitee. */
export interface GiteeHook {
  readonly url: string;
  /** The signing key. */
  readonly password: string;
}

/** The hook of a subscription, where the operator has not made it. @param installationKey the value of the Secret */
export function hookOf(
  base: string,
  { namespace, name, uid }: { readonly namespace: string; readonly name: string; readonly uid: string },
  installationKey: string,
): GiteeHook {
  const password = createHmac('sha256', installationKey).update(uid).digest('base64url');
  return { url: `${base}/gitee/${namespace}/${name}`, password };
}

export interface GiteePostOptions {
  /** When Gitee signs, in milliseconds since 1970; now unless given. */
  readonly at?: number;
  readonly isPing?: boolean;
}

/** Posts as gitee.com does, which signs its time. @returns the status of the answer */
export async function postAsGitee(
  { url, password }: GiteeHook,
  payload: unknown,
  { at = Date.now(), isPing = false }: GiteePostOptions = {},
): Promise<number> {
  const sign = createHmac('sha256', password).update(`${at}\n${password}`).digest('base64');
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'git-oschina-hook',
      'x-gitee-token': sign,
      'x-gitee-timestamp': `${at}`,
      'x-gitee-ping': `${isPing}`,
    },
    body:
      typeof payload === 'string'
        ? payload
        : JSON.stringify({ ...(payload as object), password: '', timestamp: `${at}`, sign }),
  });
  await response.text();
  return response.status;
}
