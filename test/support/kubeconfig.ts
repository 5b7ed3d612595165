/** Who asks which API server, and in which namespace when none is named. */
export interface KubeconfigOptions {
  readonly server: string;
  /** What signed the server's certificate, PEM. */
  readonly ca: string;
  /** Bearer token. */
  readonly token: string;
  readonly namespace?: string;
}

/** A kubeconfig file with one context, as JSON, which is YAML too. */
export function kubeconfig({ server, ca, token, namespace = 'default' }: KubeconfigOptions): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [
      { name: 'test', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
