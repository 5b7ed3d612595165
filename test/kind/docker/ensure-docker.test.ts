import { describe, expect, it } from 'vitest';
import { dockerProblem, runtimeProblem } from './ensure-docker.ts';

describe('a daemon can be started', () => {
  const all = (name: string) => `/usr/bin/${name}`;

  it('by root, where docker is installed', () => {
    expect(dockerProblem({}, true, all)).toBeUndefined();
  });

  it('by nobody else', () => {
    expect(dockerProblem({}, false, all)).toContain('become root');
  });

  it('only where everything is installed', () => {
    const problem = dockerProblem({}, true, (name) => (name === 'dockerd' ? undefined : name));
    expect(problem).toContain('docker is not installed (dockerd)');
    expect(problem).toContain('apt-get install docker.io');
  });

  it('only where nobody has named another', () => {
    expect(dockerProblem({ DOCKER_HOST: 'tcp://h:1' }, true, all)).toContain('DOCKER_HOST names tcp://h:1');
  });
});

describe('a daemon that answers', () => {
  const usual = { address: 'the usual docker daemon', runtime: 'runc' };
  const own = { address: 'unix:///s', runtime: 'runc-within-bounds' };

  it('is fit on an ordinary machine', () => {
    expect(runtimeProblem(usual, { withheld: [], cgroups: 'v2' })).toBeUndefined();
  });

  it('has to be ours where the machine withholds something', () => {
    const machine = { withheld: ['CAP_SYS_RESOURCE'], cgroups: 'v1' } as const;
    expect(runtimeProblem(own, machine)).toBeUndefined();
    expect(runtimeProblem(usual, machine)).toContain(
      'withholds CAP_SYS_RESOURCE, and the usual docker daemon',
    );
  });

  it('is of no use without control groups', () => {
    expect(runtimeProblem(own, { withheld: [], cgroups: 'none' })).toContain('control groups');
  });
});
