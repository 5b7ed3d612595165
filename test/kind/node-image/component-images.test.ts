import { expect, it } from 'vitest';
import { componentOf } from './component-images.ts';

it.each([
  ['registry.k8s.io/kube-apiserver:v1.36.3', 'kube-apiserver'],
  ['registry.k8s.io/coredns/coredns:v1.14.2', 'coredns'],
  ['localhost:5000/pause', 'pause'],
])('the component of %s is %s', (image, component) => {
  expect(componentOf(image)).toBe(component);
});
