import { join } from 'node:path';
import { build } from 'esbuild';
import type { BuildContext } from '../../../engine/go-build/build-context.ts';
import type { Docker } from '../docker/docker.ts';
import { buildImage } from './build-image.ts';
import { nodeSettings, writeNodeSystem } from './node-base.ts';

const SOURCE = join(import.meta.dirname, '../fake-dingtalk/main.ts');
const FILE = 'app/fake-dingtalk.mjs';

/**
 * Makes the image of the strict fake DingTalk, for a pod; gives its name and tag. `test/kind/fake-dingtalk/main.ts` has its
 * arguments and what its control port understands.
 */
export function buildFakeDingTalk(docker: Docker, context: BuildContext): Promise<string> {
  const layers = async (folder: string) => {
    const base = join(folder, 'base');
    const program = join(folder, 'program');
    await writeNodeSystem(base);
    await build({
      absWorkingDir: join(import.meta.dirname, '../../..'), // so that the bytes do not depend on the caller's folder
      entryPoints: [SOURCE],
      outfile: join(program, FILE),
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      logLevel: 'warning',
    });
    return [{ source: base }, { source: program }];
  };
  return buildImage(docker, { name: 'fake-dingtalk', settings: nodeSettings(`/${FILE}`), layers }, context);
}
