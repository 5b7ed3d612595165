import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from '../../support/processes.ts';
import { execute } from '../execute.ts';
import type { Image } from '../images/image.ts';
import { kindProgram } from '../programs.ts';

const PLUGINS_FOR_PODS = ['grpc.v1.cri', 'cri.v1.images', 'cri.v1.runtime'];

/**
 * Puts images into the node's containerd, so that a new cluster pulls nothing. A containerd runs for it that stores and does
 * nothing else.
 *
 * @param root the node's file system
 * @param work an empty folder
 */
export async function preloadImages(
  root: string,
  images: readonly Image[],
  work: string,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(work, { recursive: true });
  const socket = join(work, 'socket');
  const configuration = join(work, 'config.toml');
  await writeFile(configuration, containerdConfiguration(join(root, 'var/lib/containerd'), work, socket));
  const ctr = (...args: string[]) => [
    kindProgram('ctr'),
    '--address',
    socket,
    '--namespace',
    'k8s.io',
    ...args,
  ];
  await using _containerd = await startProcess({
    name: 'containerd',
    command: kindProgram('containerd'),
    args: ['--config', configuration],
    ready: async () => {
      const [program = '', ...args] = ctr('version');
      return (await execute(program, args, { timeoutMs: 5_000 })) !== '';
    },
  });
  const label = '--label=io.cri-containerd.pinned=pinned'; // or a kubelet that needs room would remove them
  for (const { directory } of images) {
    const command = ctr('images', 'import', '--no-unpack', '--all-platforms', label, '-');
    const script = 'directory=$1; shift; tar -C "$directory" -cf - . | "$@"';
    await execute('sh', ['-c', script, 'import', directory, ...command], { signal, timeoutMs: 120_000 });
  }
}

function containerdConfiguration(data: string, state: string, socket: string): string {
  const disabled = PLUGINS_FOR_PODS.map((name) => `io.containerd.${name}`);
  return `version = 3
root = ${JSON.stringify(data)}
state = ${JSON.stringify(join(state, 'state'))}
disabled_plugins = ${JSON.stringify(disabled)}
[grpc]
address = ${JSON.stringify(socket)}
`;
}
