import { GoPaths } from '../../template/go-paths.ts';
import { DEFINE_VALUE, printValue, staticText } from '../../template/go-text.ts';

/** What a default message says and which lines it has. */
interface DefaultMessage {
  readonly icon: string;
  readonly headline: string;
  readonly lines: readonly Line[];
  /** Whether what Argo CD says in the Application's conditions follows the lines. */
  readonly conditions?: boolean;
}

/** One line of a message: the first of the paths that holds something; no line where none does. */
interface Line {
  readonly label: string;
  readonly paths: readonly string[];
  readonly max: number;
}

const line = (label: string, max: number, ...paths: string[]): Line => ({ label, max, paths });

const PROJECT = line('Project', 80, 'app.spec.project');
const CLUSTER = line('Cluster', 120, 'app.spec.destination.name', 'app.spec.destination.server');
const NAMESPACE = line('Namespace', 80, 'app.spec.destination.namespace');
const REPOSITORY = line('Repository', 200, 'app.spec.source.repoURL');
const PATH = line('Path', 200, 'app.spec.source.path', 'app.spec.source.chart');
const TARGET = line('Target revision', 120, 'app.spec.source.targetRevision');
const REVISION = line(
  'Revision',
  60,
  'app.status.operationState.syncResult.revision',
  'app.status.sync.revision',
);
const STARTED_BY = line('Started by', 80, 'app.status.operationState.operation.initiatedBy.username');
const STARTED = line('Started', 40, 'app.status.operationState.startedAt');
const FINISHED = line('Finished', 40, 'app.status.operationState.finishedAt');
const PHASE = line('Sync result', 40, 'app.status.operationState.phase');
const SYNC = line('Sync status', 40, 'app.status.sync.status');
const HEALTH = line('Health', 40, 'app.status.health.status');
const HEALTH_SINCE = line('Since', 40, 'app.status.health.lastTransitionTime');
const CREATED = line('Created', 40, 'app.metadata.creationTimestamp');
const DELETED = line('Deletion requested', 40, 'app.metadata.deletionTimestamp');
const MESSAGE = line('Message', 600, 'app.status.operationState.message');

const WHERE = [PROJECT, CLUSTER, NAMESPACE];
const SOURCE = [REPOSITORY, PATH, TARGET];

/** The operator's own message for each trigger of the catalogue, used when an event names no template. */
const MESSAGES: Readonly<Record<string, DefaultMessage>> = {
  'on-created': {
    icon: '🆕',
    headline: 'created',
    lines: [...WHERE, ...SOURCE, CREATED],
  },
  'on-deleted': {
    icon: '⚫',
    headline: 'is being deleted',
    lines: [...WHERE, ...SOURCE, HEALTH, DELETED],
  },
  'on-deployed': {
    icon: '🟢',
    headline: 'deployed',
    lines: [...WHERE, ...SOURCE, REVISION, HEALTH, STARTED_BY, FINISHED],
  },
  'on-health-degraded': {
    icon: '🔴',
    headline: 'degraded',
    lines: [...WHERE, HEALTH, HEALTH_SINCE, SYNC, REVISION, MESSAGE],
  },
  'on-health-recovered': {
    icon: '🟢',
    headline: 'recovered',
    lines: [...WHERE, HEALTH, HEALTH_SINCE, SYNC, REVISION],
  },
  'on-health-suspended': {
    icon: '🟠',
    headline: 'suspended',
    lines: [...WHERE, HEALTH, HEALTH_SINCE, SYNC, REVISION, MESSAGE],
  },
  'on-sync-failed': {
    icon: '🔴',
    headline: 'sync failed',
    lines: [...WHERE, ...SOURCE, REVISION, PHASE, STARTED_BY, STARTED, FINISHED, MESSAGE],
  },
  'on-sync-running': {
    icon: '🔵',
    headline: 'sync started',
    lines: [...WHERE, ...SOURCE, STARTED_BY, STARTED],
  },
  'on-sync-status-unknown': {
    icon: '🟡',
    headline: 'sync status unknown',
    lines: [...WHERE, ...SOURCE, SYNC, HEALTH],
    conditions: true,
  },
  'on-sync-succeeded': {
    icon: '🟢',
    headline: 'sync succeeded',
    lines: [...WHERE, ...SOURCE, REVISION, PHASE, HEALTH, STARTED_BY, FINISHED],
  },
};

/**
 * Argo CD's Go template of a DingTalk markdown message for a trigger of the catalogue: the whole JSON body, valid
 * for any Application and, every value being cut, far below DingTalk's 20 000 bytes.
 * @param argocdUrl where Argo CD's user interface is, without a slash at the end; absent → no link
 */
export function defaultMessageBody(trigger: string, argocdUrl: string | undefined): string {
  const message = MESSAGES[trigger];
  if (!message) throw new Error(`the catalogue has no message for ${trigger}`);
  return messageBody(message, argocdUrl);
}

/** The same for an event of somebody's own that names no template: its name, and what is known of any Application. */
export function ownEventMessageBody(event: string, argocdUrl: string | undefined): string {
  return messageBody(
    { icon: '🔔', headline: event, lines: [...WHERE, SYNC, HEALTH, PHASE, REVISION] },
    argocdUrl,
  );
}

function messageBody(message: DefaultMessage, argocdUrl: string | undefined): string {
  const paths = new GoPaths();
  const name = printValue(paths.access('app.metadata.name'), 260);
  const title = `${message.icon} ${name} ${message.headline}`;
  const text = [
    `### ${title}${staticText('\n\n')}`,
    ...message.lines.map((each) => renderLine(each, paths)),
    message.conditions ? renderConditions(paths) : '',
    argocdUrl === undefined ? '' : staticText('\n') + renderLink(argocdUrl, paths),
  ].join('');
  return `${DEFINE_VALUE}${paths.declarations()}{"msgtype":"markdown","markdown":{"title":"${title}","text":"${text}"}}`;
}

function renderLine(each: Line, paths: GoPaths): string {
  const [first = '', ...others] = each.paths.map((path) => paths.access(path));
  const value = others.length === 0 ? first : `(or ${[first, ...others].join(' ')})`;
  return `{{with ${value}}}- **${each.label}**: ${printValue('.', each.max)}${staticText('\n')}{{end}}`;
}

/** A line for each of the first conditions: an Application may have many, and a message must stay short. */
function renderConditions(paths: GoPaths): string {
  const list = paths.access('app.status.conditions');
  const text = `- **${printValue('.type', 40)}**: ${printValue('.message', 400)}${staticText('\n')}`;
  return (
    `{{if kindIs "slice" ${list}}}{{range $i, $c := ${list}}}` +
    `{{if and (lt $i 3) (kindIs "map" $c)}}{{with $c}}{{if .message}}${text}{{end}}{{end}}{{end}}{{end}}{{end}}`
  );
}

/**
 * A link that DingTalk's desktop client opens in the browser and not in its side panel, where nobody is logged in.
 * Namespace and name of an Application are DNS names, so they need no escaping.
 */
function renderLink(argocdUrl: string, paths: GoPaths): string {
  const before = `dingtalk://dingtalkclient/page/link?url=${encodeURIComponent(`${argocdUrl}/applications/`)}`;
  const namespace = `{{${paths.access('app.metadata.namespace')}}}`;
  const name = `{{${paths.access('app.metadata.name')}}}`;
  return `[Open in Argo CD](${staticText(before)}${namespace}%2F${name}&pc_slide=false)`;
}
