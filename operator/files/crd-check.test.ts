import { describe, expect, it } from 'vitest';
import type { CustomKind } from '../api/kinds.ts';
import { brokenCelRules, compileCelRules } from './cel-rules.ts';
import { crdChecks } from './crd-check.ts';
import { REFUSED_MANIFESTS, TAKEN_MANIFESTS } from './testing/refused-manifests.ts';

const checks = await crdChecks();
function violationsOf(manifest: object) {
  // As kubectl sends it.
  const resource = JSON.parse(JSON.stringify(manifest)) as { kind: CustomKind };
  const check = checks[resource.kind];
  return check.violations(check.stored(resource));
}

describe('what the CRDs refuse', () => {
  // test/e2e/bad-input.test.ts has the API server's answers for the same manifests.
  it.each(REFUSED_MANIFESTS)('$title', ({ manifest, field }) => {
    const found = violationsOf(manifest);
    expect(found.map((violation) => violation.field)).toContain(field);
    for (const { message, hint } of found) {
      expect(message).not.toBe('');
      expect(hint).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('says each rule in the words of the CRD', () => {
    const rules = REFUSED_MANIFESTS.filter(
      ({ message }) => !/\\\.|Required|Duplicate|Unsupported/.test(message.source),
    );
    expect(rules.length).toBeGreaterThan(10);
    for (const { manifest, message } of rules) {
      expect(violationsOf(manifest).map((violation) => violation.message)).toContainEqual(
        expect.stringMatching(message),
      );
    }
  });
});

it.each(TAKEN_MANIFESTS)('takes $title', ({ manifest }) => {
  expect(violationsOf(manifest)).toEqual([]);
});

describe('a misspelt field', () => {
  const manifest = {
    apiVersion: 'argocd-dingtalk.io/v1alpha1',
    kind: 'NotificationSubscription',
    metadata: { namespace: 'a', name: 'b' },
    spec: {
      robots: [{ nmae: 'a', name: 'a' }],
      applications: { all: true },
      event: [],
      events: [{ trigger: 'on-deployed', template: { name: 'x', params: { anything: 'goes' } } }],
      sound: 'loud',
    },
    specs: {},
  };

  it('is told with the one that is meant', () => {
    expect(violationsOf(manifest).map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'spec.robots[0].nmae: unknown field; did you mean name?',
      'spec.event: unknown field; did you mean events?',
      'spec.sound: unknown field',
      'specs: unknown field; did you mean spec?',
    ]);
  });
});

describe('CEL rules', () => {
  const schema = {
    properties: {
      list: { items: { 'x-kubernetes-validations': [{ rule: 'size(self) < 3', message: 'long: cut it' }] } },
      map: {
        additionalProperties: { 'x-kubernetes-validations': [{ rule: "self != 'x'", message: 'no x' }] },
      },
      absent: { 'x-kubernetes-validations': [{ rule: 'false', message: 'must not run' }] },
    },
  };

  it('run at each place that there is, and nowhere else', () => {
    const rules = compileCelRules(schema);
    expect(brokenCelRules({ list: ['ab', 'abc'], map: { 'a.b': 'x', c: 'y' } }, rules)).toEqual([
      { reason: 'SchemaViolation', field: 'list[1]', message: 'long: cut it', hint: 'Cut it.' },
      { reason: 'SchemaViolation', field: 'map.a.b', message: 'no x', hint: 'No x.' },
    ]);
  });

  it('count characters as Kubernetes does', () => {
    expect(brokenCelRules({ list: ['😀😀'] }, compileCelRules(schema))).toEqual([]);
  });

  it('that are wrong are an error, and no finding', () => {
    const broken = { 'x-kubernetes-validations': [{ rule: 'self.nothing.size() > 1', message: 'm' }] };
    expect(() => brokenCelRules({}, compileCelRules(broken))).toThrow(
      "cannot evaluate the CRD's rule self.nothing.size() > 1 for the resource",
    );
    const noCel = { 'x-kubernetes-validations': [{ rule: 'self. ==', message: 'm' }] };
    expect(() => compileCelRules(noCel)).toThrow();
  });
});
