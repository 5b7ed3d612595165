import { expect, it } from 'vitest';
import { formatTemplate } from '../../argocd/template-value.ts';
import { config } from '../../core/testing/fixtures.ts';
import type { Difference } from './difference.ts';
import { diffJson, diffText } from './text.ts';

const { target } = config();
const body = (text: string) =>
  JSON.stringify({ webhook: { dt_a: { body: `{"text":"one\\ntwo\\n${text}"}` } } });
const difference: Difference = {
  configMap: [
    { key: 'subscriptions', before: '- a # theirs\n', after: '- a # theirs\n- b\n' },
    { key: 'template.dt_a', before: body('three'), after: body('3') },
    { key: 'trigger.dt_a', before: '[{"when":"true"}]' },
  ],
  secret: [
    { key: 'dt_a', before: 'https://x?access_token=1', after: 'https://x?access_token=2' },
    { key: 'dt_b', after: 'https://x?access_token=3' },
  ],
  routes: 2,
  triggers: [],
  repeats: [{ trigger: 'dt_a', recipients: ['dt_r', 'dt_s'] }],
};
const notified = [{ trigger: 'dt_a', recipients: ['dt_r'], applications: ['argocd/a', 'argocd/b'] }];

it('shows values in lines, and none of the Secret', () => {
  expect(diffText({ difference, notified }, target)).toBe(`--- argocd/argocd-notifications-cm subscriptions
+++ argocd/argocd-notifications-cm subscriptions
@@ -1,1 +1,2 @@
 - a # theirs
+- b
--- argocd/argocd-notifications-cm template.dt_a
+++ argocd/argocd-notifications-cm template.dt_a
@@ -3,4 +3,4 @@
     body: |-
       {"text":"one\\n
       two\\n
-      three"}
+      3"}
--- argocd/argocd-notifications-cm trigger.dt_a
+++ /dev/null
@@ -1,1 +0,0 @@
-- when: "true"
changed argocd/argocd-notifications-secret dt_a (not shown)
added argocd/argocd-notifications-secret dt_b (not shown)
RelayRoutes of argocd: 2 would change (not shown)
notified at once by dt_a, to dt_r: argocd/a, argocd/b
may repeat: dt_a, to dt_r, dt_s: its condition changes, and without an eventTime Argo CD may send earlier occurrences again
`);
});

it('shows templates in lines that have aliases in them', () => {
  const webhook = {
    dt_a: { method: 'POST', body: 'one\\ntwo' },
    dt_b: { method: 'POST', body: 'one\\ntwo' },
  };
  const after = formatTemplate({ managedBy: 'argocd-dingtalk', webhook });
  const configMap = [{ key: 'template.dt_a', after }];
  expect(
    diffText(
      { difference: { ...difference, configMap, secret: [], routes: 0, repeats: [] }, notified: [] },
      target,
    ),
  ).toBe(`--- /dev/null
+++ argocd/argocd-notifications-cm template.dt_a
@@ -0,0 +1,8 @@
+managedBy: argocd-dingtalk
+webhook:
+  dt_a: &a1
+    method: POST
+    body: |-
+      one\\n
+      two
+  dt_b: *a1
`);
});

it('gives the same to programs', () => {
  const text = diffJson({ difference, notified: undefined }, target);
  expect(text).not.toContain('access_token');
  expect(JSON.parse(text)).toMatchObject({
    target,
    configMap: [
      { key: 'subscriptions', change: 'changed', diff: ['@@ -1,1 +1,2 @@', ' - a # theirs', '+- b'] },
      { key: 'template.dt_a', change: 'changed' },
      { key: 'trigger.dt_a', change: 'removed' },
    ],
    secret: [
      { key: 'dt_a', change: 'changed' },
      { key: 'dt_b', change: 'added' },
    ],
    relayRoutes: 2,
    notifiedAtOnce: null,
    mayRepeat: [{ trigger: 'dt_a', recipients: ['dt_r', 'dt_s'] }],
  });
});
