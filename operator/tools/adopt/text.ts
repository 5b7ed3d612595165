import { describeFinding, type LintFinding } from '../../files/finding.ts';
import type { Adoption } from './adoption.ts';
import type { Disposition } from './disposition.ts';
import type { Resources } from './drafts.ts';
import type { Anomalies } from './notes.ts';
import { grantCommand } from './removals.ts';

/** An adoption with all findings on it. */
export interface AdoptReport {
  readonly adoption: Adoption;
  /** The custom resources that the operator would refuse. */
  readonly refused: readonly LintFinding[];
  /** Applications with notifications today that would have none after the switch. */
  readonly outOfScope: readonly string[];
  /** The resources that are not applied yet. */
  readonly missing: Resources;
  /** The names of the resources in the cluster. */
  readonly existing: readonly string[];
}

/** The report of a switch, when all resources are applied. */
type SwitchReport = Pick<AdoptReport, 'adoption' | 'outOfScope'> & Partial<AdoptReport>;

/** Whether all DingTalk configuration is taken over. */
export function isComplete({ adoption, refused, outOfScope }: AdoptReport): boolean {
  return (
    !adoption.dispositions.some(({ isProblem }) => isProblem) && refused.length + outOfScope.length === 0
  );
}

/** For people: the decision on each key, and the reason. */
export function adoptText(report: SwitchReport, namespace: string): string {
  const { adoption, refused = [], outOfScope, existing = [] } = report;
  const { dispositions, notes, idleSecretKeys } = adoption;
  const of = (isWanted: (disposition: Disposition) => boolean) =>
    dispositions.filter(isWanted).map(dispositionLine);
  const lines = [
    ...section(
      'taken over:',
      of(({ isTaken }) => isTaken),
    ),
    ...section(
      'not taken over, although it is for DingTalk:',
      of(({ isProblem }) => isProblem === true),
    ),
    ...section(
      'left as it is:',
      of(({ isTaken, isProblem }) => !isTaken && !isProblem),
    ),
    ...section('applied already, and not printed again:', existing),
    ...section('good to know:', [...notes, ...idleSecretKeys.map(idleLine)]),
    ...section(
      `Applications without notifications after the switch, because namespace ${places(adoption, namespace)} has no access to them. Grant their projects by tenancy.projects, or on the AppProjects:`,
      shortened(outOfScope),
    ),
    ...section('refused by the operator:', refused.map(describeFinding)),
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
  const { adoption, refused = [], outOfScope, existing = [] } = report;
  const shown = ({ key, part, why }: Disposition) => ({ key, ...(part !== undefined && { part }), why });
  return {
    takenOver: adoption.dispositions.filter(({ isTaken }) => isTaken).map(shown),
    notTakenOver: adoption.dispositions.filter(({ isProblem }) => isProblem).map(shown),
    left: adoption.dispositions.filter(({ isTaken, isProblem }) => !isTaken && !isProblem).map(shown),
    notes: adoption.notes,
    grants: adoption.grants.map(grantCommand),
    removeAfterwards: adoption.removals,
    idleSecretKeys: adoption.idleSecretKeys,
    appliedAlready: existing,
    unheardApplications: outOfScope,
    refused: refused.map(({ kind, namespace, name, reason, message }) => ({
      kind,
      namespace,
      name,
      reason,
      message,
    })),
  };
}

const dispositionLine = ({ key, part, why }: Disposition): string =>
  `${key}${part === undefined ? '' : ` (${part})`}: ${why}`;

const idleLine = (key: string): string =>
  `key ${key} of the Secret was for these services only; delete it yourself after the switch`;

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
