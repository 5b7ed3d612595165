import { existsSync } from 'node:fs';
import { chooseNodeImage, type NodeImageChoice } from './cluster/choose-node-image.ts';
import { kindImageIsToBeHad } from './cluster/kind-image.ts';
import { type Docker, findDocker, hasImage } from './docker/docker.ts';
import { dockerProblem, runtimeProblem } from './docker/ensure-docker.ts';
import { type Machine, thisMachine } from './docker/machine.ts';
import { systemProgram } from './docker/system-program.ts';
import { debianArchive } from './node-image/debian.ts';
import { nodeImageName } from './node-image/node-image.ts';

/** What is known of a Linux machine. */
export interface AvailabilityFacts {
  readonly isRoot: boolean;
  readonly machine: Machine;
  /** The daemon that answers. */
  readonly docker: Pick<Docker, 'address' | 'runtime'> | undefined;
  /** Why none can be started. */
  readonly dockerProblem: string | undefined;
  readonly image: NodeImageChoice;
  /** Whether docker has the image that is built here. */
  readonly hasBuiltImage: boolean;
  /** Whether debootstrap is installed, or has done its part. */
  readonly hasDebian: boolean;
}

/** The reason why kind cannot run on a machine, with the remedy, as a sentence without its full stop; undefined if it can. */
export function kindProblem(facts: AvailabilityFacts): string | undefined {
  const { machine, docker, image, isRoot } = facts;
  if (docker === undefined && facts.dockerProblem !== undefined) return facts.dockerProblem;
  const unfit = docker && runtimeProblem(docker, machine);
  if (unfit !== undefined || image.kind !== 'built' || facts.hasBuiltImage) return unfit;
  const need = `an image for the node has to be made, since ${image.why}`;
  if (!isRoot) return `${need}, and only root can do that: become root`;
  if (!facts.hasDebian)
    return `${need}, and debootstrap is not installed: on Debian, run 'apt-get install debootstrap' as root`;
  return undefined;
}

/**
 * Finds out whether kind can run on this machine now. It starts and builds nothing, and waits 10 s at most for a daemon and as
 * long for a registry.
 *
 * @returns the reason why not, see {@link kindProblem}; undefined if it can
 */
export async function whyKindCannotRun(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `kind is run on Linux only, and this is ${process.platform}`;
  const machine = thisMachine();
  const docker = await findDocker();
  const named = process.env.KIND_NODE_IMAGE;
  return kindProblem({
    isRoot: process.getuid?.() === 0,
    machine,
    docker,
    dockerProblem: dockerProblem(),
    image: await chooseNodeImage({ named, machine, hasKindImage: () => kindImageIsToBeHad(docker) }),
    hasBuiltImage: docker !== undefined && (await hasImage(docker, nodeImageName())),
    hasDebian: systemProgram('debootstrap') !== undefined || existsSync(debianArchive()),
  });
}
