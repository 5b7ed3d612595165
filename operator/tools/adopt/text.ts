import { describeFinding, type LintFinding } from '../../files/finding.ts';
import type { Adoption } from './adoption.ts';
import type { Disposition } from './disposition.ts';
import type { Resources } from './drafts.ts';
import { groupedDispositions, groupedNotes } from './grouped.ts';
import type { Anomalies } from './notes.ts';
import { grantCommand } from './removals.ts';
import type { ConfigurationOwner } from './sources/owners.ts';

/** An adoption with all findings on it. */
export interface AdoptReport {
  readonly adoption: Adoption;
  /** The custom resources that the operator would refuse. */
  readonly refused: readonly LintFinding[];
  /** Applications with notifications today that would have none after the switch. */
  readonly outOfScope: readonly string[];
  /** The tools and files that bring the old configuration back. */
  readonly owners: readonly ConfigurationOwner[];
  /** The resources that are not applied yet. */
  readonly missing: Resources;
  /** The names of the resources in the cluster. */
  readonly existing: readonly string[];
  /** The keys of services that send to DingTalk, or may do so. */
  readonly services?: readonly string[];
  /** Mistakes in what Argo CD accepts. */
  readonly nearMisses?: readonly string[];
  /** How many Applications the resources are about; absent if the Applications are not known. */
  readonly applications?: number;
  /** The place in the files that a reason is about; absent for a cluster. */
  readonly placeOf?: (why: string) => string | undefined;
}

/** The report of a switch, when all resources are applied. */
type SwitchReport = Pick<AdoptReport, 'adoption' | 'outOfScope'> & Partial<AdoptReport>;

/**
 * Whether all DingTalk configuration is taken over. If none of it is, and mistakes are the probable cause, it is not.
 */
export function isComplete({
  adoption,
  refused,
  outOfScope,
  services = [],
  nearMisses = [],
}: AdoptReport): boolean {
  const { dispositions } = adoption;
  const isMistaken =
    services.length > 0 && nearMisses.length > 0 && !dispositions.some(({ isTaken }) => isTaken);
  return (
    !isMistaken &&
    !dispositions.some(({ isProblem }) => isProblem) &&
    refused.length + outOfScope.length === 0
  );
}

/** For people: the decision on each key, and the reason. */
export function adoptText(report: SwitchReport, namespace: string): string {
  const { adoption, refused = [], outOfScope, owners = [], existing = [], nearMisses = [], placeOf } = report;
  const { dispositions, idleSecretKeys } = adoption;
  const of = (isWanted: (disposition: Disposition) => boolean) =>
    groupedDispositions(dispositions.filter(isWanted));
  // A mistake says the same as the note on it, and more.
  const notes = adoption.notes.filter((note) => !nearMisses.some((mistake) => mistake.includes(note)));
  const lines = [
    ...section(
      'not taken over, although it is for DingTalk:',
      groupedDispositions(
        dispositions.filter(({ isProblem }) => isProblem),
        placeOf,
      ),
    ),
    ...section(
      'probably a mistake; Argo CD accepts it, and adopt does not change it:',
      groupedNotes(nearMisses),
    ),
    ...section(
      'taken over:',
      of(({ isTaken }) => isTaken),
    ),
    ...section(
      'left as it is:',
      of(({ isTaken, isProblem }) => !isTaken && !isProblem),
    ),
    ...section('applied already, and not printed again:', existing),
    ...section('good to know:', [...groupedNotes(notes), ...idleLines(idleSecretKeys)]),
    ...section(
      `Applications without notifications after the switch, because namespace ${places(adoption, namespace)} has no access to them. Grant their projects by tenancy.projects, or on the AppProjects:`,
      shortened(outOfScope),
    ),
    ...section('refused by the operator:', refused.map(describeFinding)),
    ...section('will bring the old configuration back after the switch:', owners.map(ownerLine)),
    ...section(
      'grants that the teams need, or the same as tenancy.projects of the configuration:',
      adoption.grants.map(grantCommand),
    ),
    ...removalLines(adoption),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The namespaces of the subscriptions. */
function places({ resources }: Adoption, namespace: string): string {
  const found = new Set(resources.subscriptions.map(({ metadata }) => metadata.namespace));
  return [...(found.size === 0 ? [namespace] : found)].join(' or ');
}

/** The same for programs. */
export function adoptJson(report: SwitchReport): object {
  const { adoption, refused = [], outOfScope, owners = [], existing = [], nearMisses = [] } = report;
  const shown = ({ key, part, why }: Disposition) => ({ key, ...(part !== undefined && { part }), why });
  return {
    takenOver: adoption.dispositions.filter(({ isTaken }) => isTaken).map(shown),
    notTakenOver: adoption.dispositions.filter(({ isProblem }) => isProblem).map(shown),
    left: adoption.dispositions.filter(({ isTaken, isProblem }) => !isTaken && !isProblem).map(shown),
    notes: adoption.notes,
    nearMisses,
    grants: adoption.grants.map(grantCommand),
    removeAfterwards: adoption.removals,
    idleSecretKeys: adoption.idleSecretKeys,
    appliedAlready: existing,
    unheardApplications: outOfScope,
    owners,
    refused: refused.map(({ kind, namespace, name, reason, message }) => ({
      kind,
      namespace,
      name,
      reason,
      message,
    })),
  };
}

/** A tool or a file, how it is known, and what to do. */
const ownerLine = ({ name, evidence, advice }: ConfigurationOwner): string =>
  `${name} (${evidence}). ${advice}`;

const idleLines = (keys: readonly string[]): string[] =>
  keys.map(
    (key) => `key ${key} of the Secret was for these services only; delete it yourself after the switch`,
  );

/** The annotations to remove after the switch. */
export function removalLines({ removals: { commands, edits } }: Pick<Adoption, 'removals'>): string[] {
  const isAny = commands.length + edits.length > 0;
  const title =
    'after the switch, remove the annotations that subscriptions replace. Until then Argo CD logs an error for each of them, and sends ' +
    'nothing for it. Where Git has them, they go there, too: otherwise they come back.';
  return section(title, isAny ? [...edits, ...commands] : []);
}

const MAX_SHOWN = 20;

function shortened(names: readonly string[]): string[] {
  const more = names.length - MAX_SHOWN;
  return [...names.slice(0, MAX_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])];
}

export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

/** The result of a switch, for programs. */
export function takenOverJson(adoption: Adoption, since: string, anomalies: Anomalies): string {
  const report = adoptJson({ adoption, outOfScope: [] });
  return `${JSON.stringify({ since, ...anomalies, ...report }, null, 2)}\n`;
}
