import { runBuildProgram } from '../../engine/go-build/build-program.ts';
import { ensureDocker } from './docker/ensure-docker.ts';
import { tagImage } from './images/build-image.ts';
import { buildNodeBase } from './images/node-base.ts';

const HELP = `Usage: node test/kind/base-image.ts [--tag NAME:TAG]

Makes a base image with the pinned Node and without a shell, for where no registry has the distroless one: Node at
/nodejs/bin/node, which is the entrypoint, the libraries that it needs from this machine, authorities, time zones, and the user
65532. It takes about 3 s.

  --tag NAME:TAG   its name (default: argocd-dingtalk-kind/nodejs:24)
`;

await runBuildProgram(
  HELP,
  async (context, { tag }) => {
    const docker = await ensureDocker(context);
    await tagImage(docker, await buildNodeBase(docker, context), tag);
    context.report(`base image: ${tag}`);
  },
  { tag: { type: 'string', default: 'argocd-dingtalk-kind/nodejs:24' } },
);
