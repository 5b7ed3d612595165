import { GROUP, KINDS, VERSION } from '../../api/kinds.ts';
import { listEvery, orNone, orUnseen, readApplications, type Unseen } from '../../cluster/cluster-reader.ts';
import { APP_PROJECTS } from '../../cluster/projects.ts';
import { readSecret } from '../../kubernetes/credentials.ts';
import type { ApiCall } from '../../kubernetes/request.ts';
import { decodeSecretValue } from '../../kubernetes/secret-values.ts';
import type { SubscribableObject } from './annotations.ts';
import type { SubscribingSet } from './application-sets.ts';
import type { TimedApplication } from './event-times.ts';
import type { ExistingResource } from './origins.ts';

/** The input of an adoption beside the target: values for services, and objects that subscribe by annotation. */
export interface AdoptionState {
  /** All of the Secret, as text; undefined if the caller may not read it, or it does not exist. */
  readonly secret: Readonly<Record<string, string>> | undefined;
  /** Undefined if the caller may not list them. */
  readonly applications: readonly (SubscribableObject & TimedApplication)[] | undefined;
  readonly projects: readonly SubscribableObject[] | undefined;
  /** Empty if the kind does not exist. */
  readonly applicationSets?: readonly SubscribingSet[] | undefined;
  /** Custom resources, of all namespaces; empty if the caller may not list them, or the kind does not exist. */
  readonly existing: readonly ExistingResource[];
}

/** They subscribe the Applications that they generate. */
const APPLICATION_SETS = { group: 'argoproj.io', version: 'v1alpha1', plural: 'applicationsets' } as const;

/**
 * Reads it with the caller's own rights.
 * @throws every error of a request except for a missing right
 */
export async function readAdoptionState(
  request: ApiCall,
  target: { readonly namespace: string; readonly secret: string },
  unseen: Unseen,
): Promise<AdoptionState> {
  const customs = Object.values(KINDS).map(({ plural }) => ({ group: GROUP, version: VERSION, plural }));
  const [secret, applications, appProjects, applicationSets, ...existing] = await Promise.all([
    orUnseen(readSecret(request, target.namespace, target.secret), unseen),
    readApplications(request, unseen),
    orUnseen(listEvery(request, APP_PROJECTS), unseen),
    orUnseen(orNone(listEvery(request, APPLICATION_SETS)), unseen),
    ...customs.map((address) => orUnseen(orNone(listEvery(request, address)), unseen)),
  ]);
  const data = secret?.found ? secret.data : undefined;
  return {
    secret:
      data && Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decodeSecretValue(value)])),
    applications: applications as readonly (SubscribableObject & TimedApplication)[] | undefined,
    projects: appProjects as readonly SubscribableObject[] | undefined,
    applicationSets: applicationSets as readonly SubscribingSet[] | undefined,
    existing: existing.flatMap((each) => each ?? []) as readonly unknown[] as readonly ExistingResource[],
  };
}
