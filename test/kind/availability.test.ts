import { expect, it } from 'vitest';
import { type AvailabilityFacts, kindProblem } from './availability.ts';

const ORDINARY: AvailabilityFacts = {
  isRoot: false,
  machine: { withheld: [], cgroups: 'v2' },
  docker: { address: 'the usual docker daemon', runtime: 'runc' },
  dockerProblem: undefined,
  image: { kind: 'kind', why: 'a registry has it' },
  hasBuiltImage: false,
  hasDebian: false,
};
const OFFLINE: AvailabilityFacts = {
  ...ORDINARY,
  isRoot: true,
  docker: undefined,
  image: { kind: 'built', why: 'no registry has answered' },
  hasDebian: true,
};

it.each<[string, AvailabilityFacts]>([
  ['with docker and a registry', ORDINARY],
  ['with an image that somebody names', { ...ORDINARY, image: { kind: 'named', why: '' } }],
  [
    'with an image that was built before',
    { ...OFFLINE, ...ORDINARY, image: OFFLINE.image, hasBuiltImage: true },
  ],
  ['without a registry, for root, who can make all that is missing', OFFLINE],
])('kind can run %s', (_, facts) => {
  expect(kindProblem(facts)).toBeUndefined();
});

it.each<[string, AvailabilityFacts, string]>([
  ['docker', { ...OFFLINE, dockerProblem: 'docker is not installed' }, 'docker is not installed'],
  [
    'a daemon that can run a node',
    { ...OFFLINE, docker: ORDINARY.docker, machine: { withheld: ['CAP_BPF'], cgroups: 'v2' } },
    'this machine withholds CAP_BPF',
  ],
  ['a registry, nor root', { ...OFFLINE, isRoot: false }, 'no registry has answered, and only root'],
  ['a registry, nor debootstrap', { ...OFFLINE, hasDebian: false }, "'apt-get install debootstrap'"],
])('kind cannot run without %s', (_, facts, reason) => {
  expect(kindProblem(facts)).toContain(reason);
});
