import { exprString, exprStringList } from '../../argocd/expr.ts';
import { IN_CLUSTER } from '../../argocd/in-cluster.ts';
import { globToRegExpSource, isGlob } from '../../lib/glob.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { nullSafe } from '../../message/catalogue/trigger.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { clusterGrants, projectGrants } from './grants.ts';

/** The applications that a namespace has access to. */
export interface Access {
  /** AppProjects, as patterns, whose applications the namespace has access to wherever they are. */
  readonly granted: readonly string[];
  /** The same as an expr-lang condition. */
  readonly accessCondition: string;
}

/** So many namespaces ask at once, at most: those that are gone do not stay for ever. */
const MAX_KNOWN = 20_000;

/** Gives the access of each namespace; the same object as long as the grants are the same. */
export function accessOf(snapshot: Pick<Snapshot, 'config' | 'projects'>): (namespace: string) => Access {
  return accesses.get(snapshot.projects, [snapshot.config], () => accessBy(snapshot));
}

const accesses = new ObjectMemo<Snapshot['projects'], (namespace: string) => Access>();

function accessBy(snapshot: Pick<Snapshot, 'config' | 'projects'>): (namespace: string) => Access {
  const { mode, destinations } = snapshot.config.tenancy;
  if (mode === 'open') {
    const all = { granted: ['*'], accessCondition: 'true' };
    return () => all;
  }
  const projects = projectGrants(snapshot);
  const others = clusterGrants(snapshot);
  const known = new Map<string, Access>();
  return (namespace) => {
    const before = known.get(namespace);
    if (before) return before;
    const granted = projects.of(namespace);
    const deploysIn = destinations === 'Ignored' ? undefined : others.of(namespace);
    const access = { granted, accessCondition: accessCondition(namespace, granted, deploysIn) };
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(namespace, access);
    return access;
  };
}

/** Whether the access condition of a live trigger lets through nothing that the present one does not. */
export type StillGranted = (namespace: string, accessCondition: string) => boolean;

/**
 * Judges the access conditions of live triggers that were compiled with less access than the present one: a namespace that
 * only gains access must not lose its live keys. The access condition is made again from those of the present grants that it
 * names, and has to be the same text.
 */
export function stillGranted(snapshot: Pick<Snapshot, 'config' | 'projects'>): StillGranted {
  const { mode, destinations } = snapshot.config.tenancy;
  if (mode === 'open') return () => false;
  const grants = () => ({ projects: projectGrants(snapshot), others: clusterGrants(snapshot) });
  let known: ReturnType<typeof grants> | undefined;
  return (namespace, live) => {
    known ??= grants();
    const { projects, others } = known;
    const named = (patterns: readonly string[]) =>
      patterns.filter((pattern) => live.includes(literalOf(pattern)));
    const granted = named(projects.of(namespace));
    const deploysIn = destinations === 'Ignored' ? [undefined] : [named(others.of(namespace)), undefined];
    return deploysIn.some((each) => accessCondition(namespace, granted, each) === live);
  };
}

const literalOf = (pattern: string): string =>
  exprString(isGlob(pattern) ? globToRegExpSource(pattern) : pattern);

/**
 * The condition that holds for the applications that a namespace has access to. These are the applications that live in it,
 * and those of granted projects. They are also the applications that deploy to it, in Argo CD's own cluster or in one that the
 * admin names. Every trigger has the condition, since any Application can subscribe itself to any trigger by annotation.
 * @param granted projects, or patterns of them
 * @param clusters names or server URLs of clusters, or patterns of them: there, the namespace belongs to the same team.
 * Undefined if no deployment counts: the author of an Application chooses its destination freely
 */
export function accessCondition(
  namespace: string,
  granted: readonly string[],
  clusters: readonly string[] | undefined,
): string {
  const own = exprString(namespace);
  const clauses = [
    `${nullSafe('metadata.namespace')} == ${own}`,
    ...(clusters === undefined ? [] : [deploysTo(own, clusters)]),
    ...oneOf(nullSafe('spec.project'), granted),
  ];
  return clauses.map((clause) => `(${clause})`).join(' or ');
}

const DESTINATION = nullSafe('spec.destination');

function deploysTo(own: string, clusters: readonly string[]): string {
  const inOne = [...inCluster(DESTINATION), ...inOneOf(DESTINATION, clusters)];
  return `${DESTINATION}?.namespace == ${own} and (${inOne.join(' or ')})`;
}

/**
 * Whether an access condition that the operator wrote, under any configuration, lets through applications that deploy to the
 * namespace.
 */
export const countsDestinations = (accessCondition: string): boolean =>
  accessCondition.includes(`${DESTINATION}?.namespace == `);

const inCluster = (destination: string): string[] => [
  `${destination}?.server == ${exprString(IN_CLUSTER.server)}`,
  `${destination}?.name == ${exprString(IN_CLUSTER.name)}`,
];

/** Clauses, to be joined by `or`, for a destination that gives its cluster by either name or server. */
export const inOneOf = (destination: string, clusters: readonly string[]): string[] => [
  ...oneOf(`${destination}?.name`, clusters),
  ...oneOf(`${destination}?.server`, clusters),
];

/** Null-safe clauses, to be joined by `or`, that are true if the value is one of the texts or matches one of the patterns. */
export function oneOf(value: string, patterns: readonly string[]): string[] {
  const exact = patterns.filter((pattern) => !isGlob(pattern));
  const globs = patterns.filter(isGlob);
  return [
    ...(exact.length > 0 ? [`(${value} ?? '') in ${exprStringList(exact)}`] : []),
    ...globs.map((glob) => `(${value} ?? '') matches ${exprString(globToRegExpSource(glob))}`),
  ];
}
