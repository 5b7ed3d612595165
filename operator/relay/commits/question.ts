import { own } from '../../lib/own.ts';

/** A commit that Argo CD's API is asked about. */
export interface CommitQuestion {
  readonly application: string;
  readonly namespace: string;
  readonly project: string;
  /** URL of the Git repository. */
  readonly repository: string;
  /** The commit's whole hash. */
  readonly revision: string;
  /** The place of the source in an Application with several sources. */
  readonly sourceIndex?: number;
}

/** An event of an Application. */
export interface CommitEvent {
  /** The name of a trigger of the catalogue, or of another trigger. */
  readonly event: string;
  readonly app: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** The events of the catalogue that are about a sync. Like their default messages, the others show what was compared last. */
const SYNCS: ReadonlySet<string> = new Set([
  'on-deployed',
  'on-sync-failed',
  'on-sync-running',
  'on-sync-succeeded',
]);

/** Versions of charts and digests of images are no commits, and Argo CD answers with an error for them. */
const COMMIT = /^[0-9a-f]{40}$/i;
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const MAX_URL = 2_000;
const MAX_SOURCES = 100;

/**
 * The commit that an event is about: with several sources, that of the first one that comes from Git. Undefined if there is none, or
 * if the Application has another source by now: Argo CD looks for the commit in the repository of the present one.
 */
export function commitQuestion({ event, app }: CommitEvent): CommitQuestion | undefined {
  const { metadata, spec, status } = app;
  const [application, namespace, project] = [
    textAt(metadata, 'name'),
    textAt(metadata, 'namespace'),
    textAt(spec, 'project') || 'default',
  ];
  if (![application, namespace, project].every((name) => NAME.test(name))) return undefined;
  const head = { application, namespace, project };
  for (const shown of shownRevisions(event, status)) {
    const found = firstCommit(fieldsOf(spec), shown);
    if (found) return { ...head, ...found };
    // An older commit would belong to something else than the event.
    if (textAt(shown, 'revision') !== '' || listAt(shown, 'revisions').length > 0) return undefined;
  }
  return undefined;
}

/** Objects with `revision` or `revisions`, and perhaps with `source` or `sources`; the first that has one is meant. */
function shownRevisions(event: string, status: unknown): readonly Fields[] {
  const compared = fieldsAt(status, 'sync');
  if (!SYNCS.has(event)) return [compared];
  const operation = fieldsAt(status, 'operationState');
  return [fieldsAt(operation, 'syncResult'), fieldsAt(fieldsAt(operation, 'operation'), 'sync'), compared];
}

function firstCommit(
  spec: Fields,
  shown: Fields,
): Pick<CommitQuestion, 'repository' | 'revision' | 'sourceIndex'> | undefined {
  const sources = listAt(spec, 'sources').slice(0, MAX_SOURCES);
  if (sources.length === 0) {
    const only = own(spec, 'source') ?? own(fieldsAt(spec, 'sourceHydrator'), 'drySource');
    return commitOf(only, textAt(shown, 'revision'), own(shown, 'source'));
  }
  const [revisions, synced] = [listAt(shown, 'revisions'), listAt(shown, 'sources')];
  for (const [sourceIndex, source] of sources.entries()) {
    const found = commitOf(source, `${revisions[sourceIndex] ?? ''}`, synced[sourceIndex]);
    if (found) return { ...found, sourceIndex };
  }
  return undefined;
}

/** @param synced the source at the time of the sync, if that is known */
function commitOf(source: unknown, revision: string, synced: unknown) {
  const repository = textAt(source, 'repoURL');
  const former = textAt(synced, 'repoURL');
  const isUsable = repository !== '' && repository.length <= MAX_URL && textAt(source, 'chart') === '';
  if (!isUsable || !COMMIT.test(revision) || (former !== '' && former !== repository)) return undefined;
  return { repository, revision };
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const fieldsAt = (holder: unknown, name: string): Fields => fieldsOf(own(fieldsOf(holder), name));

function textAt(holder: unknown, name: string): string {
  const value = own(fieldsOf(holder), name);
  return typeof value === 'string' ? value : '';
}

function listAt(holder: unknown, name: string): readonly unknown[] {
  const value = own(fieldsOf(holder), name);
  return Array.isArray(value) ? value : [];
}
