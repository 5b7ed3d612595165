import { block, COLON, item, type LinesOfMessage, localised } from './line-forms.ts';
import type { Localised } from './locale.ts';

const AUTOMATED: Localised = { en: 'automated sync', 'zh-CN': '自动同步' };

const time = (label: Localised, path: string): LinesOfMessage =>
  item(label, `{{date ${path} "YYYY-MM-DD HH:mm:ss"}}`);

const whole =
  (...content: readonly LinesOfMessage[]): LinesOfMessage =>
  (locale) =>
    content.map((lines) => lines(locale)).join('');

/** The commit or version; those of an application with several sources. */
const revision = (path: string): LinesOfMessage =>
  block(
    'if',
    `(or ${path}.revision ${path}.revisions)`,
    item(localised('Revision', '版本'), `{{default ${path}.revision (join ${path}.revisions ", ")}}`),
  );

/** Where the application belongs and goes. */
export const WHERE = whole(
  item(localised('Project', '项目'), '{{app.spec.project}}'),
  item(
    localised('Destination', '部署目标'),
    '{{default app.spec.destination.name app.spec.destination.server}}' +
      '{{#if app.spec.destination.namespace}} / {{app.spec.destination.namespace}}{{/if}}',
  ),
);

const source = (path: string): LinesOfMessage =>
  item(
    localised('Source', '来源'),
    `{{${path}.repoURL}} {{default ${path}.path ${path}.chart}} @ {{default ${path}.targetRevision "HEAD"}}`,
  );

/** Repository, path or chart, and target revision; a line for each source. An application has either one or a list. */
export const SOURCES = whole(
  block('if', 'app.spec.source.repoURL', source('app.spec.source')),
  block('each', 'app.spec.sources as |src|', source('src')),
);

/** Of the last sync. */
const OPERATION = 'app.status.operationState';
export const SYNCED_REVISION = revision(`${OPERATION}.syncResult`);
export const PHASE = item(localised('Sync result', '同步结果'), `{{${OPERATION}.phase}}`);
export const STARTED_BY: LinesOfMessage = (locale) =>
  item(
    localised('Started by', '发起人'),
    `{{default ${OPERATION}.operation.initiatedBy.username "${AUTOMATED[locale]}"}}`,
  )(locale);
export const STARTED = time(localised('Started', '开始时间'), `${OPERATION}.startedAt`);
export const FINISHED = time(localised('Finished', '结束时间'), `${OPERATION}.finishedAt`);
const message = (label: Localised): LinesOfMessage =>
  block('if', `${OPERATION}.message`, item(label, `{{${OPERATION}.message}}`));
export const REASON = message(localised('Reason', '原因'));
export const LAST_SYNC = message(localised('Last sync', '最近一次同步'));

export const HEALTH = item(localised('Health', '健康状态'), '{{app.status.health.status}}');
export const HEALTH_SINCE = time(localised('Since', '变更时间'), 'app.status.health.lastTransitionTime');

/** The differences that Argo CD found when it last compared Git with the cluster. */
export const SYNC_STATUS = item(localised('Sync status', '同步状态'), '{{app.status.sync.status}}');
export const COMPARED_REVISION = revision('app.status.sync');
/** The same where the trigger does not imply that there is anything to tell. */
export const HEALTH_IF_KNOWN = block('if', 'app.status.health.status', HEALTH);
export const SYNC_STATUS_IF_KNOWN = block('if', 'app.status.sync.status', SYNC_STATUS);
/** The facts about an application that Argo CD may not have compared yet. */
export const STATUS_SO_FAR = whole(
  SYNC_STATUS_IF_KNOWN,
  HEALTH_IF_KNOWN,
  block('if', `${OPERATION}.phase`, PHASE),
);

/** Why Argo CD cannot do its work, and since when. */
export const CONDITIONS = block(
  'each',
  'app.status.conditions as |condition|',
  (locale) =>
    `- **{{condition.type}}**${COLON[locale]}{{condition.message}} ({{date condition.lastTransitionTime "YYYY-MM-DD HH:mm:ss"}})\n`,
);

export const CREATED = time(localised('Created', '创建时间'), 'app.metadata.creationTimestamp');
export const DELETION_REQUESTED = time(
  localised('Deletion requested', '请求删除时间'),
  'app.metadata.deletionTimestamp',
);

/** Where to look further. A line of its own after an empty one, or it would belong to the last item. */
export const LINK: LinesOfMessage = (locale) =>
  `{{#if appUrl}}\n\n[${localised('Open in Argo CD', '在 Argo CD 中查看')[locale]}]({{appUrl}})\n{{/if}}\n`;
