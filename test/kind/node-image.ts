import { runBuildProgram } from '../../engine/go-build/build-program.ts';
import { ensureDocker } from './docker/ensure-docker.ts';
import { ensureNodeImage } from './node-image/node-image.ts';

const HELP = `Usage: node test/kind/node-image.ts

Makes the image of a node for kind without an image registry, if docker does not have it: Kubernetes, etcd, CoreDNS, containerd
and crictl from Go modules, and Debian's packages. It takes root, Go, docker and debootstrap.

  programs        about 10 min when nothing is cached; kept in bin/kind/kubernetes, runtime and crictl
  Debian          about 45 s; kept in bin/kind/debian
  image           about 30 s; kept by docker, under a tag that stands for its content

Environment:
  DEBIAN_MIRROR   where debootstrap gets packages (default: this machine's mirror, or deb.debian.org)
  DOCKER_HOST     the docker daemon (default: the usual one, or else one that is started)
`;

await runBuildProgram(HELP, async (context) => {
  const name = await ensureNodeImage(await ensureDocker(context), context);
  context.report(`node image: ${name}`);
});
