import { expect, it } from 'vitest';
import { deploymentsIn } from './deploy.ts';

it('the Deployments of an overlay are found, with their namespaces', () => {
  const manifests = `apiVersion: v1
kind: Namespace
metadata: { name: argocd }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: operator, namespace: argocd }
---
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: other }
`;
  expect(deploymentsIn(manifests)).toEqual([
    { namespace: 'argocd', name: 'operator' },
    { namespace: 'default', name: 'other' },
  ]);
});
