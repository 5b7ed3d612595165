import type { NotificationTemplate } from '../../api/kinds.ts';

/** The content of a NotificationTemplate. */
export type TemplateSpec = NotificationTemplate['spec'];

/**
 * The beginning of each of these messages, by which a test recognises it: the event's name, and the application's.
 */
const HEAD = '{{event.name}} {{app.metadata.name}}';

/**
 * Messages as a team writes them, by name. They have each kind of DingTalk, with all blocks and helpers of the
 * language, over parts of an Application that may be missing, many or anything.
 */
export const OWN_MESSAGES: Readonly<Record<string, TemplateSpec>> = {
  note: {
    params: { owner: 'payments', grade: 'P2' },
    at: { mobiles: ['13800000000', '+852-12345678'], userIds: ['manager01'] },
    message: {
      markdown: {
        title: `${HEAD} {{default app.status.health.status "no health yet"}}`,
        text: `#### ${HEAD}
{{#if app.status.operationState.message}}
> {{truncate app.status.operationState.message 60}}
{{else}}
> nothing to tell
{{/if}}

**{{params.grade}}** {{params.owner}}, {{date app.status.operationState.finishedAt "YYYY年MM月DD日 HH:mm:ss"}}
{{#each app.status.conditions as |condition|}}
- {{condition.type}}: {{condition.message}}
{{/each}}

[Argo CD]({{appUrl}})
`,
      },
    },
  },
  plain: {
    at: { mobiles: ['13900000000'] },
    message: {
      text: {
        content: `${HEAD}
{{app.spec.source.repoURL}} {{app.spec.source.path}} @ {{app.spec.source.targetRevision}}
{{#each app.spec.sources as |source|}}
{{@index}} {{source.repoURL}} {{default source.chart source.path}}
{{/each}}
{{#with app.spec.source.helm as |helm|}}
{{helm.values}}
{{helm.valuesObject}}
{{/with}}
{{app.status.operationState.message}}
{{appUrl}}
`,
      },
    },
  },
  link: {
    message: {
      link: {
        title: HEAD,
        text: '{{default app.status.operationState.message "no sync yet"}}',
        url: 'https://search.example.com/?q={{app.status.operationState.message}}&u={{urlencode app.spec.source.repoURL}}',
        pictureUrl: 'https://pictures.example.com/{{lower app.status.health.status}}.png',
      },
    },
  },
  card: {
    message: {
      actionCard: {
        title: HEAD,
        text: `### ${HEAD}
{{#with app.status.operationState as |op|}}
{{op.phase}} by {{default op.operation.initiatedBy.username "automated sync"}}: {{op.message}}
{{else}}
never synced
{{/with}}
`,
        buttons: [{ title: 'Open {{app.metadata.name}}', url: '{{appUrl}}' }],
      },
    },
  },
  cards: {
    message: {
      actionCard: {
        title: HEAD,
        text: `### ${HEAD}
{{#unless app.status.operationState}}
never synced
{{/unless}}
`,
        orientation: 'Horizontal',
        buttons: [
          { title: 'Argo CD', url: '{{appUrl}}' },
          {
            title: '{{default app.spec.source.path "sources"}}',
            url: 'https://gitee.com/{{app.spec.source.path}}',
          },
          {
            title: 'Runbook',
            url: '{{default app.metadata.annotations.runbook "https://runbooks.example.com"}}',
          },
        ],
      },
    },
  },
  feed: {
    message: {
      feedCard: {
        links: [
          { title: HEAD, url: '{{appUrl}}', pictureUrl: 'https://pictures.example.com/a.png' },
          {
            title: 'Commit {{short app.status.sync.revision}}',
            url: 'https://gitee.com/commit/{{app.status.sync.revision}}',
            pictureUrl: 'https://pictures.example.com/{{app.spec.project}}.png',
          },
        ],
      },
    },
  },
  // Goes over all deployed objects, and prints little about them.
  sick: {
    message: {
      markdown: {
        title: HEAD,
        text: `#### ${HEAD}
{{count app.status.resources}} resources
{{#each app.status.resources as |resource|}}
{{#if (eq resource.health.status "Degraded")}}
- {{resource.kind}} {{resource.name}}{{#if resource.health.message}}: {{resource.health.message}}{{/if}}
{{/if}}
{{/each}}
`,
      },
    },
  },
  // Prints so much about them that no message holds it all.
  all: {
    message: {
      text: {
        content: `${HEAD}
{{#each app.status.resources as |resource|}}
{{#unless @first}}, {{/unless}}{{resource.kind}}/{{resource.name}} {{resource.status}}
{{/each}}
`,
      },
    },
  },
  helpers: {
    params: { limit: '3' },
    message: {
      markdown: {
        title: HEAD,
        text: `#### ${HEAD}
upper {{upper app.spec.project}} lower {{lower app.status.health.status}} short {{short app.status.sync.revision}}
truncate {{truncate app.spec.source.repoURL 12}} replace {{replace app.spec.source.repoURL "https://" ""}}
urlencode {{urlencode app.spec.source.repoURL}} concat {{concat app.spec.project "/" app.metadata.name}}
markdown {{markdown app.metadata.annotations.note}}
join {{join app.status.summary.images ", "}} at {{at app.status.summary.images 1}} count {{count app.status.summary.images}}
date {{date app.status.reconciledAt "YYYY-MM-DD HH:mm"}} {{date app.status.reconciledAt "HH:mm" "America/New_York"}}
{{#if (and (ne app.spec.project "other") (or (contains app.spec.source.repoURL "gitee") (not app.spec.source)))}}ours{{else}}theirs{{/if}}
{{#each app.metadata.annotations as |value key|}}{{#unless @last}}{{key}}={{truncate value 20}} {{/unless}}{{/each}}
`,
      },
    },
  },
};
