/** The name and the address that Argo CD gives the cluster that it runs in. */
export const IN_CLUSTER = { name: 'in-cluster', server: 'https://kubernetes.default.svc' } as const;
