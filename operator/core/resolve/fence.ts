import type { OperatorConfiguration } from '../../config.ts';
import { nullSafe } from '../catalogue/trigger.ts';
import { exprString, exprStringList } from '../expr.ts';
import { globMatches, globToRegExpSource, isGlob } from '../glob.ts';

/** The name and the address that Argo CD gives the cluster that it runs in. */
export const IN_CLUSTER = { name: 'in-cluster', server: 'https://kubernetes.default.svc' } as const;

/** AppProjects, as patterns, whose applications the namespace may hear of by the admin's grant. */
export function grantedProjects(namespace: string, config: OperatorConfiguration): string[] {
  return Object.entries(config.tenancy.projects)
    .filter(([, namespaces]) => namespaces.some((pattern) => globMatches(pattern, namespace)))
    .map(([project]) => project)
    .sort();
}

/**
 * The condition that keeps a namespace to the applications it may hear of: those that live in it, those that deploy
 * to it in Argo CD's own cluster, and those of granted projects. It is part of every trigger, since any Application
 * can subscribe itself to any trigger by annotation.
 */
export function fenceExpression(namespace: string, granted: readonly string[]): string {
  const own = exprString(namespace);
  const destination = nullSafe('spec.destination');
  const clauses = [
    `${nullSafe('metadata.namespace')} == ${own}`,
    `${destination}?.namespace == ${own} and (${inCluster(destination)})`,
    ...oneOf(nullSafe('spec.project'), granted),
  ];
  return clauses.map((clause) => `(${clause})`).join(' or ');
}

const inCluster = (destination: string): string =>
  `${destination}?.server == ${exprString(IN_CLUSTER.server)} or ${destination}?.name == ${exprString(IN_CLUSTER.name)}`;

/** Null-safe clauses, to be joined by `or`, that are true if the value is one of the texts or matches one of the patterns. */
export function oneOf(value: string, patterns: readonly string[]): string[] {
  const exact = patterns.filter((pattern) => !isGlob(pattern));
  const globs = patterns.filter(isGlob);
  return [
    ...(exact.length > 0 ? [`(${value} ?? '') in ${exprStringList(exact)}`] : []),
    ...globs.map((glob) => `(${value} ?? '') matches ${exprString(globToRegExpSource(glob))}`),
  ];
}
