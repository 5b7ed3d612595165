import { PROJECT_ANNOTATION } from '../argocd/project-annotation.ts';
import type { LiveProject } from '../core/model/snapshot.ts';
import { ForbiddenError, NotFoundError } from '../kubernetes/api-error.ts';
import type { AnnotatedObject } from '../kubernetes/objects.ts';
import { resourcePath } from '../kubernetes/paths.ts';
import type { ApiCall } from '../kubernetes/request.ts';

/** The collection of Argo CD's AppProjects, without the namespace. The operator does not install this kind. */
export const APP_PROJECTS = { group: 'argoproj.io', version: 'v1alpha1', plural: 'appprojects' } as const;

/** AppProjects as the core sees them, by name. */
export function liveProjects(projects: readonly AnnotatedObject[]): Map<string, LiveProject> {
  return new Map(
    projects.map(({ metadata: { name, resourceVersion, annotations } }) => {
      const annotation = annotations?.[PROJECT_ANNOTATION];
      return [name, { resourceVersion, ...(annotation !== undefined && { annotation }) }];
    }),
  );
}

/**
 * Reads the AppProjects once, for a command. A caller that may not read them, or has none, has never let the operator
 * write on them.
 * @throws any other error of a request
 */
export async function readProjects(request: ApiCall, namespace: string): Promise<Map<string, LiveProject>> {
  try {
    const path = resourcePath({ ...APP_PROJECTS, namespace });
    const { body } = await request<{ readonly items: readonly AnnotatedObject[] }>({ method: 'GET', path });
    return liveProjects(body.items);
  } catch (error) {
    if (error instanceof ForbiddenError || error instanceof NotFoundError) return new Map();
    throw error;
  }
}
