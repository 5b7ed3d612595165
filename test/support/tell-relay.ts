import { soon, syncFailed } from './applications.ts';
import type { ControlPlane } from './control-plane.ts';
import { capabilityOf, postedBody, postToDoor, type RelayPlace } from './relay.ts';
import { ARGOCD } from './stage.ts';

/**
 * Posts to the relay, as Argo CD does, that an Application with this destination has just failed to sync. Each call is about another
 * Application. Waits for the capability.
 * @returns the status of the answer
 */
export async function tellRelay(cp: ControlPlane, place: RelayPlace, destination: string): Promise<number> {
  const server = 'https://kubernetes.default.svc';
  const app = {
    name: `app-${Date.now()}`,
    namespace: ARGOCD,
    destination: { server, namespace: destination },
  };
  return postToDoor(place, await capabilityOf(cp), postedBody('on-sync-failed', app, syncFailed(soon())));
}
