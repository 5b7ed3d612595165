import { listEvery, orUnseen, type Unseen } from '../../cluster/cluster-reader.ts';
import type { SampleFile } from '../../files/sample-application.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import { resourcePath } from '../../kubernetes/paths.ts';
import type { ObjectName } from '../object-name.ts';
import type { ApplicationOutcome } from './application.ts';
import type { ExplainedApplications } from './text.ts';

/** How many of the Applications are shown: that the subscription is about, and of the others the nearest. */
const MAX_SHOWN = { hits: 20, misses: 3 } as const;

const APPLICATIONS = { group: 'argoproj.io', version: 'v1alpha1', plural: 'applications' };

/**
 * The Applications that the caller may list: all, or otherwise those of these namespaces; undefined for none.
 * @throws every error of a request except for a missing right
 */
export async function seeApplications(
  { request }: Connection,
  namespaces: readonly string[],
  unseen: Unseen,
): Promise<readonly SampleFile[] | undefined> {
  const list = (namespace?: string) =>
    orUnseen(listEvery(request, { ...APPLICATIONS, namespace }), unseen) as Promise<
      readonly SampleFile[] | undefined
    >;
  const all = await list();
  if (all) return all;
  const some = await Promise.all([...new Set(namespaces)].map(list));
  return some.every((each) => each === undefined) ? undefined : some.flatMap((each) => each ?? []);
}

/** One Application. @throws NotFoundError, ForbiddenError, or another error of a request */
export async function seeApplication(
  { request }: Connection,
  { namespace, name }: ObjectName,
): Promise<SampleFile> {
  const path = resourcePath({ ...APPLICATIONS, namespace, name });
  return (await request<SampleFile>({ method: 'GET', path })).body;
}

/**
 * The Applications that the subscription is about, and the nearest of the others.
 * @param seen the number of checked Applications; null if the caller may not list any
 */
export function shownApplications(
  seen: number | null,
  outcomes: readonly ApplicationOutcome[],
): ExplainedApplications {
  const hits = outcomes.filter(({ missed }) => missed === 0);
  const uncertain = outcomes.filter(({ isUncertain }) => isUncertain);
  const misses = outcomes.filter(({ missed }) => missed > 0).sort((a, b) => a.missed - b.missed);
  return {
    seen,
    matching: hits.length,
    uncertain: uncertain.length,
    shown: [...hits.slice(0, MAX_SHOWN.hits), ...misses.slice(0, MAX_SHOWN.misses)],
  };
}
