import { expect } from 'vitest';
import type { ApplicationOptions } from './applications.ts';

/** An Application that a sample is about, and one message that shows what the sample is there for. */
export interface Scene {
  readonly app: Omit<ApplicationOptions, 'namespace' | 'finalizers'>;
  readonly trigger: string;
  /** At that moment it happened. */
  readonly body: (at: Date) => object;
}

const markdown = (title: string, text: unknown) => ({ msgtype: 'markdown', markdown: { title, text } });
const deploysTo = (namespace: string) => ({
  destination: { server: 'https://kubernetes.default.svc', namespace },
});
/** `MM-DD HH:mm` in a zone so many hours east of Greenwich. */
const inZone = (at: Date, hours: number) =>
  new Date(at.getTime() + hours * 3_600_000).toISOString().slice(5, 16).replace('T', ' ');

/** What happens to the Application of each sample. */
export const SCENES: Readonly<Record<string, Scene>> = {
  'across-namespaces': {
    app: { name: 'invoices', ...deploysTo('team-invoices') },
    trigger: 'on-deployed',
    body: () =>
      markdown('Invoices: invoices on-deployed', '### Invoices: invoices\n\nRevision 53e28ff, on-deployed'),
  },
  'ack-seed': {
    app: { name: 'recipe' },
    trigger: 'on-sync-failed',
    body: () =>
      markdown(
        'Argo CD application release failure',
        expect.stringMatching(
          /^### Argo CD application release failure\n> - <font color="danger">Application name<\/font>: recipe\n/,
        ),
      ),
  },
  'action-card': {
    app: { name: 'search', labels: { delivery: 'canary' }, ...deploysTo('team-search') },
    trigger: 'on-health-suspended',
    body: (at) => ({
      msgtype: 'actionCard',
      actionCard: {
        title: 'search waits for approval',
        text:
          '### 🟠 search waits for approval\n\n' +
          `- **Paused since**: ${at.toISOString().slice(0, 16).replace('T', ' ')}\n` +
          '- **Revision**: 53e28ff\n- **Destination**: team-search',
        btnOrientation: '1',
        btns: [
          { title: 'Approve', actionURL: 'https://deploy.example.com/approve?application=search' },
          {
            title: 'Open in Argo CD',
            actionURL: expect.stringMatching(/^dingtalk:.*argocd%2Fsearch&pc_slide=false$/),
          },
        ],
      },
    }),
  },
  catalogue: {
    app: { name: 'orders', ...deploysTo('team-orders') },
    trigger: 'on-health-recovered',
    body: () => markdown('🟢 orders recovered', expect.stringContaining('\n- **Health**: Healthy\n')),
  },
  'custom-handlebars': {
    app: { name: 'checkout-web', ...deploysTo('team-checkout') },
    trigger: 'on-sync-failed',
    body: (at) =>
      markdown(
        'checkout-web: Failed',
        expect.stringContaining(
          '### ❌ checkout-web\n\n**Checkout on-call**, on-sync-failed\n\n' +
            `- failed at ${berlin(at)}\n- revision 53e28ff, by admin\n` +
            '- one or more objects failed to apply, reason: admission webhook denied the request\n',
        ),
      ),
  },
  'keyword-robot': {
    app: { name: 'inventory', ...deploysTo('team-inventory') },
    trigger: 'on-deployed',
    body: () => markdown('🟢 inventory deployed', expect.stringMatching(/\n— inventory release$/)),
  },
  quickstart: {
    app: { name: 'payments', project: 'payments' },
    trigger: 'on-sync-failed',
    body: () => markdown('🔴 payments sync failed', expect.stringContaining('- **Project**: payments\n')),
  },
  relay: {
    app: { name: 'parcels', ...deploysTo('team-shipping') },
    trigger: 'on-sync-failed',
    body: () => markdown('🔴 parcels sync failed', expect.stringContaining('- **Revision**: 53e28ff20cc530')),
  },
  'shared-robot': {
    app: { name: 'web', project: 'storefront-web', labels: { tier: 'gold' } },
    trigger: 'on-sync-failed',
    body: () => ({
      ...markdown('🔴 web sync failed', expect.stringMatching(/\n@manager4220 @duty\.storefront$/)),
      at: { atMobiles: [], atUserIds: ['manager4220', 'duty.storefront'], isAtAll: false },
    }),
  },
  'zh-cn': {
    app: { name: 'wuliu', project: 'logistics' },
    trigger: 'on-sync-failed',
    body: (at) => {
      const [month, day, hour, minute] = inZone(at, 8).split(/[- :]/);
      return markdown(
        'wuliu 发布失败',
        expect.stringContaining(
          `- **时间**：${month}月${day}日 ${hour}时${minute}分\n\n[查看详情](dingtalk:`,
        ),
      );
    },
  },
};

function berlin(at: Date): string {
  const options = { timeZone: 'Europe/Berlin', dateStyle: 'medium', timeStyle: 'medium' } as const;
  const [date, time] = at.toLocaleString('de-DE', options).split(', ');
  return `${time}, ${date}`;
}
