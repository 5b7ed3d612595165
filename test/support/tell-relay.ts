import { eventually } from '../../operator/lib/testing/eventually.ts';
import { application, syncFailed } from './applications.ts';
import type { ControlPlane } from './control-plane.ts';
import type { RelayPlace } from './relay.ts';
import { ARGOCD, type KubernetesResource } from './stage.ts';

/**
 * Posts to the relay, as Argo CD does, that an Application with this destination has just failed to sync. Each call is about another
 * Application. Waits for the capability.
 * @returns the status of the answer
 */
export async function tellRelay(cp: ControlPlane, { url }: RelayPlace, destination: string): Promise<number> {
  const capability = await eventually('the capability', async () => {
    const { data } = await cp.get<KubernetesResource>('secret', ARGOCD, 'argocd-notifications-secret');
    return data?.dt__relay;
  });
  const at = new Date();
  const name = `app-${at.getTime()}`;
  const server = 'https://kubernetes.default.svc';
  const app = application({ name, namespace: ARGOCD, destination: { server, namespace: destination } });
  const body = {
    event: 'on-sync-failed',
    app: { ...app, metadata: { ...app.metadata, uid: name }, status: syncFailed(at).status },
  };
  const headers = { authorization: `Bearer ${Buffer.from(capability, 'base64').toString()}` };
  const answer = await fetch(`${url}/v1/argocd`, { method: 'POST', headers, body: JSON.stringify(body) });
  await answer.text();
  return answer.status;
}
