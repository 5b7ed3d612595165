/** A Deployment of one pod that the PodSecurity standard `restricted` accepts. */
export interface Workload {
  readonly namespace: string;
  /** Also its label `app.kubernetes.io/name`. */
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  readonly mounts?: readonly { readonly path: string; readonly source: object }[];
}

export function deployment(workload: Workload): object {
  const { namespace, name, image, args, env = {}, serviceAccount = 'default', mounts = [] } = workload;
  const labels = { 'app.kubernetes.io/name': name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: serviceAccount,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name,
              image,
              args,
              env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              volumeMounts: mounts.map(({ path }, index) => ({ name: `volume-${index}`, mountPath: path })),
            },
          ],
          volumes: mounts.map(({ source }, index) => ({ name: `volume-${index}`, ...source })),
        },
      },
    },
  };
}

/** A namespace in which the API server refuses pods that are not restricted. */
export const restrictedNamespace = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
});
