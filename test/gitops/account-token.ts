import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, type KubernetesResource, type Stage } from '../support/stage.ts';

/** Argo CD's API server, and the file with its certificate. */
export interface ArgoCDServer {
  readonly url: string;
  readonly caFile: string;
}

/** Makes a token of an account, as `argocd account generate-token` does for the administrator. */
export async function accountToken(
  stage: Pick<Stage, 'get'>,
  { url, caFile }: ArgoCDServer,
  account: string,
): Promise<string> {
  const dispatcher = new Agent({ connect: { ca: await readFile(caFile) } });
  const post = async (path: string, body: object, session?: string): Promise<string> => {
    const headers = {
      'content-type': 'application/json',
      ...(session !== undefined && { authorization: `Bearer ${session}` }),
    };
    const answer = await request(`${url}${path}`, {
      ...{ method: 'POST', dispatcher, headers, body: JSON.stringify(body) },
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${path} answers ${answer.statusCode}: ${text}`);
    return JSON.parse(text).token;
  };
  try {
    const { data } = await stage.get<KubernetesResource>('secret', ARGOCD, 'argocd-initial-admin-secret');
    const password = Buffer.from(data?.password ?? '', 'base64').toString();
    // The server takes a moment to learn of the account.
    return await eventually('a token of the account', async () => {
      const session = await post('/api/v1/session', { username: 'admin', password });
      return post(`/api/v1/account/${account}/token`, {}, session);
    });
  } finally {
    await dispatcher.close();
  }
}
