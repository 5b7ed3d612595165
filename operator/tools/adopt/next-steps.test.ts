import { expect, it } from 'vitest';
import { config } from '../../core/testing/fixtures.ts';
import { nextSteps, type StepFacts } from './next-steps.ts';
import type { AdoptOptions } from './options.ts';

const steps = (facts: Partial<StepFacts>, options: Partial<AdoptOptions> = {}, settings = config()) =>
  nextSteps(
    {
      state: 'not-applied',
      problems: 0,
      outOfScope: 0,
      secretsToMake: 0,
      owners: 0,
      files: 0,
      grants: 0,
      removals: 0,
      ...facts,
    },
    { output: 'yaml', wait: '60', ...options },
    settings,
  ).map((step) =>
    step.replace(/^(\w+).*?(?:: ((?:kubectl|argocd).*))?$/, (_, first, command) =>
      `${first} ${command ?? ''}`.trim(),
    ),
  );

const STOP = 'Stop kubectl scale deployment argocd-dingtalk-operator -n argocd --replicas=0';
const START = 'Start kubectl scale deployment argocd-dingtalk-operator -n argocd --replicas=2';

it.each<[string, Partial<StepFacts>, Partial<AdoptOptions>, string[]]>([
  ['there is nothing', { state: 'nothing' }, {}, []],
  ['all of it has problems', { state: 'nothing', problems: 2 }, {}, ['Read']],
  [
    'nothing is written',
    {},
    {},
    [
      STOP,
      'Write argocd-dingtalk adopt --output-dir moved-in',
      'Apply kubectl apply -f moved-in',
      'Switch argocd-dingtalk adopt --take-over',
      START,
    ],
  ],
  [
    'files are written, without credentials',
    { secretsToMake: 1 },
    { outputDir: 'my files', namespace: 'team', kubeconfig: 'k' },
    [
      STOP,
      'Read',
      'Make',
      "Apply kubectl apply -f 'my files'",
      'Switch argocd-dingtalk adopt --take-over --kubeconfig k -n team',
      START,
    ],
  ],
  [
    'teams need grants, a tool brings the keys back, and annotations have to go',
    { state: 'applied', owners: 1, grants: 2, removals: 1 },
    { splitBy: 'project' },
    [
      STOP,
      'Give',
      'Prepare',
      'Switch argocd-dingtalk adopt --take-over --owner-will-follow --split-by project',
      START,
      'Right',
      'Remove',
    ],
  ],
  [
    'files were read, a part is applied, and a part has problems',
    { state: 'partly-applied', problems: 2, outOfScope: 1 },
    { file: ['a.yaml', 'b.yaml'], config: 'c.yaml' },
    [
      'Read',
      'Grant',
      STOP,
      'Write argocd-dingtalk adopt --output-dir moved-in -f a.yaml -f b.yaml --config c.yaml',
      'Apply kubectl apply -f moved-in',
      'Switch argocd-dingtalk adopt --take-over --config c.yaml',
      START,
    ],
  ],
  [
    'all of it is applied',
    { state: 'applied' },
    {},
    [STOP, 'Switch argocd-dingtalk adopt --take-over', START],
  ],
])('the next steps where %s', (_, facts, options, wanted) => {
  expect(steps(facts, options)).toEqual(wanted);
});

it('switches where the files say that Argo CD is', () => {
  const { target, ...rest } = config();
  const elsewhere = { ...rest, target: { ...target, namespace: 'gitops' } };
  const wanted = 'Switch argocd-dingtalk adopt --take-over --argocd-namespace gitops';
  expect(steps({}, { file: ['a.yaml'] }, elsewhere)).toContain(wanted);
  expect(steps({}, {}, elsewhere)).toContain('Switch argocd-dingtalk adopt --take-over');
});
