import { join } from 'node:path';
import { soon, syncFailed } from '../../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../../support/applications.ts';
import { ARGOCD, type KubernetesResource } from '../../support/stage.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { FakeInCluster } from './fake-in-cluster.ts';

const QUICKSTART = join(import.meta.dirname, '../../../samples/quickstart');
/** The namespace of samples/quickstart. */
export const TEAM = 'team-payments';
/** Both placeholders of samples/quickstart/credentials.yaml. */
const HEX = '0123456789abcdef'.repeat(4);
export const TOKEN = HEX;

/** Applies samples/quickstart, with a robot in DingTalk that has the credentials of the sample. */
export async function applyQuickstart(api: ClusterApi, fake: FakeInCluster): Promise<void> {
  await fake.addRobots({ token: TOKEN, secret: `SEC${HEX}` });
  await api.kubectl(['apply', '-k', QUICKSTART]);
}

/** Waits until both resources of the team are ready, and DingTalk has accepted the test message. */
export async function untilReady(api: ClusterApi): Promise<void> {
  await api.conditions('robots', TEAM, 'payments', { Ready: 'True/Ready', Delivering: 'True/Delivering' });
  await api.conditions('nsub', TEAM, 'payments', { Ready: 'True/Ready' });
}

/** Has a sync of a new Application of the team's project fail. */
export async function failSync(api: ClusterApi, name: string): Promise<void> {
  await applyApplication(api, application({ name, namespace: ARGOCD, project: 'payments' }));
  await patchApplication(api, ARGOCD, name, syncFailed(soon()));
}

/** Until when the team's URL is signed, in milliseconds since 1970. */
export async function signedUntil(api: ClusterApi): Promise<number> {
  const { status } = await api.get<KubernetesResource>('robots', TEAM, 'payments');
  return Date.parse(String(status?.signedUntil));
}
