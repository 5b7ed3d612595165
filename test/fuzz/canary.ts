/** The Application that tells in round `round` that Argo CD's controller lives. */
export const canaryName = (round: number): string => `canary-${round}`;

/**
 * What a team of its own wrote into argocd-notifications-cm, and must go on working. `subscriptions` comes in three
 * styles, since it is the text that the operator's entries are put into.
 */
export function canaryKeys(round: number): Record<string, string> {
  const name = canaryName(round);
  const body = JSON.stringify({ msgtype: 'text', text: { content: `${name} lives` } });
  const styles = [
    '- recipients: [canary]\n  triggers: [canary]\n',
    '[{"recipients": ["canary"], "triggers": ["canary"]}]',
    '# ours\n-   triggers:\n      - canary\n    recipients:\n      - "canary"\n\n# more to come',
  ];
  return {
    'service.webhook.canary': 'url: $canary\nheaders:\n- name: Content-Type\n  value: application/json\n',
    'template.canary': JSON.stringify({ webhook: { canary: { method: 'POST', body } } }),
    'trigger.canary': JSON.stringify([{ when: `app.metadata.name == '${name}'`, send: ['canary'] }]),
    subscriptions: styles[round % styles.length] as string,
    context: 'argocdUrl: https://argocd.example.com\n',
  };
}
