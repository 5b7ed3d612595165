import { API_VERSION, GROUP, VERSION } from '../../../operator/api/kinds.ts';
import { RELAY_ROUTE, type RelayRouteSpec } from '../../../operator/api/relay-route.ts';
import { credentialsSecret, namespace } from '../../../operator/api/testing/manifests.ts';
import type { FakeDingTalk } from '../../../operator/dingtalk/testing/fake-dingtalk.ts';
import { resourcePath } from '../../../operator/kubernetes/paths.ts';
import type { ApiCall } from '../../../operator/kubernetes/request.ts';
import type { ControlPlane } from '../../support/control-plane.ts';
import type { RunningProcess } from '../../support/processes.ts';
import { installRelay, placeForRelay, startRelay } from '../../support/relay.ts';
import { ARGOCD } from '../../support/stage.ts';
import { inParallel } from '../teams/stage.ts';
import { CREDENTIALS, type Team } from './landscape.ts';

/** What the relay's part of the benchmark needs of its stage. */
export interface RelayStage {
  readonly cp: ControlPlane;
  readonly dingtalk: FakeDingTalk;
  readonly teams: readonly Team[];
  readonly request: ApiCall;
}

/** A relay that has not started. */
export interface PreparedRelay {
  /** Base of its door. */
  readonly url: string;
  /** Gives it these routes, and starts it. Resolves once it has loaded all of them. */
  start(routes: ReadonlyMap<string, RelayRouteSpec>): Promise<RunningProcess>;
}

/** Installs what the relay needs, and each team's namespace with the Secret of its robot. */
export async function prepareRelay(stage: RelayStage): Promise<PreparedRelay> {
  const { cp, teams, request } = stage;
  await installRelay({ cp });
  const place = await placeForRelay({ cp });
  const post = (address: Parameters<typeof resourcePath>[0], body: object) =>
    request({ method: 'POST', path: resourcePath(address), body });
  const byNamespace = new Map(teams.map((team) => [team.namespace, team]));
  await inParallel([...byNamespace.keys()], async (name) => {
    const { token, secret } = (byNamespace.get(name) as Team).credentials;
    await post({ version: 'v1', plural: 'namespaces' }, namespace(name));
    const credentials = credentialsSecret({ namespace: name, name: CREDENTIALS }, { webhook: token, secret });
    await post({ version: 'v1', plural: 'secrets', namespace: name }, credentials);
  });
  return {
    url: place.url,
    async start(routes) {
      await inParallel([...routes.keys()], async (name) => {
        const { kind, plural } = RELAY_ROUTE;
        const body = { apiVersion: API_VERSION, kind, metadata: { name }, spec: routes.get(name) };
        await post({ group: GROUP, version: VERSION, namespace: ARGOCD, plural }, body);
      });
      return startRelay(stage, place);
    },
  };
}
