import type { BuildContext } from '../../../engine/go-build/build-context.ts';
import { withLock } from '../../../engine/go-build/lock.ts';
import { step } from '../step.ts';
import { BOUNDED_RUNTIME } from './daemon-settings.ts';
import { type Docker, findDocker } from './docker.ts';
import { type Machine, thisMachine } from './machine.ts';
import { lockOfDaemon, startDaemon } from './own-daemon.ts';
import { systemProgram } from './system-program.ts';

/**
 * Finds a docker daemon, or starts one if we are root. One that is started goes on running, until `make kind-down DOCKERD=1`.
 *
 * @throws Error with a remedy if there is none and none can be started, or if it cannot run a node of kind.
 */
export async function ensureDocker(context: BuildContext): Promise<Docker> {
  const docker = (await findDocker()) ?? (await startOwn(context));
  const problem = runtimeProblem(docker, thisMachine());
  if (problem !== undefined) throw new Error(problem);
  return docker;
}

async function startOwn(context: BuildContext): Promise<Docker> {
  const problem = dockerProblem();
  if (problem !== undefined) throw new Error(problem);
  return withLock(await lockOfDaemon(), context, async () => {
    const meanwhile = await findDocker();
    if (meanwhile !== undefined) return meanwhile;
    const what = { name: 'docker', doing: 'starting a daemon of our own', expected: 'about 3 s' };
    const docker = await step(what, context, () => startDaemon(context.signal));
    context.report(`docker: export DOCKER_HOST=${docker.address} lets your own docker commands reach it`);
    return docker;
  });
}

/** Why no docker daemon can be started where none answers, with the remedy; undefined if one can. */
export function dockerProblem(
  environment: NodeJS.ProcessEnv = process.env,
  isRoot = process.getuid?.() === 0,
  find: (name: string) => string | undefined = systemProgram,
): string | undefined {
  if (environment.DOCKER_HOST)
    return `DOCKER_HOST names ${environment.DOCKER_HOST}, which does not answer: correct it, or unset it`;
  const missing = ['docker', 'dockerd', 'runc'].filter((name) => find(name) === undefined);
  if (missing.length > 0)
    return `docker is not installed (${missing.join(', ')}): on Debian, run 'apt-get install docker.io debootstrap' as root`;
  return isRoot
    ? undefined
    : 'no docker daemon answers: start it, or become root, so that one can be started';
}

/** Why this daemon cannot run a node of kind on this machine, with the remedy; undefined if it can. */
export function runtimeProblem(
  { address, runtime }: Pick<Docker, 'address' | 'runtime'>,
  { withheld, cgroups }: Machine,
): string | undefined {
  if (cgroups === 'none')
    return 'the kernel’s control groups are not mounted below /sys/fs/cgroup: mount cgroup2 there, or run on a machine that does';
  if (withheld.length === 0 || runtime === BOUNDED_RUNTIME) return undefined;
  return (
    `this machine withholds ${withheld.join(', ')}, and ${address} asks for it in each privileged container: ` +
    "stop that daemon, and run 'make kind-up' as root, which starts a daemon that does not"
  );
}
