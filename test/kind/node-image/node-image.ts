/**
 * The image of a node, made without a registry: Debian's packages (debian.ts), kind's files and the programs
 * (node-files.ts), and the images of the control plane (component-images.ts) in the node's containerd (preload.ts).
 */

import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BuildContext } from '../../../engine/go-build/build-context.ts';
import { withLock } from '../../../engine/go-build/lock.ts';
import { type Docker, hasImage } from '../docker/docker.ts';
import { execute } from '../execute.ts';
import { kubernetesVersion } from '../go-modules.ts';
import { makeImage } from '../images/image.ts';
import { loadImage } from '../images/load-image.ts';
import { buildKindPrograms, KIND_OUTPUT, kindProgram } from '../programs.ts';
import { step } from '../step.ts';
import { makeComponentImages } from './component-images.ts';
import { debianArchive, ensureDebian } from './debian.ts';
import { writeNodeFiles } from './node-files.ts';
import { preloadImages } from './preload.ts';
import { removeTree } from './remove-tree.ts';

const FOLDER = import.meta.dirname;
const SOURCES = ['*.ts', '../images/{image,shared-libraries}.ts'];

const SETTINGS = {
  entrypoint: ['/usr/local/bin/entrypoint', '/sbin/init'],
  env: { container: 'docker' }, // systemd asks for it
  stopSignal: 'SIGRTMIN+3', // systemd's order to end
};

/** The image's name. The tag stands for all that it is made of: programs, the choice of Debian's packages, and sources. */
export function nodeImageName(): string {
  const hash = createHash('sha256');
  for (const name of ['kubeadm', 'containerd', 'crictl'] as const)
    hash.update(`${basename(dirname(kindProgram(name)))}\n`);
  hash.update(`${basename(debianArchive())}\n`);
  for (const file of globSync(SOURCES, { cwd: FOLDER }).sort())
    if (!file.endsWith('.test.ts')) hash.update(readFileSync(join(FOLDER, file)));
  return `argocd-dingtalk-kind/node:${kubernetesVersion()}-${hash.digest('hex').slice(0, 12)}`;
}

/**
 * Makes the image if docker does not have it. It takes root.
 *
 * @returns its name
 */
export async function ensureNodeImage(docker: Docker, context: BuildContext): Promise<string> {
  const name = nodeImageName();
  if (await hasImage(docker, name)) return name;
  if (process.getuid?.() !== 0) throw new Error('the image of a node can only be made by root: become root');
  await mkdir(KIND_OUTPUT, { recursive: true });
  await withLock(join(KIND_OUTPUT, 'node-image.lock'), context, async () => {
    if (!(await hasImage(docker, name))) await make(docker, name, context);
  });
  return name;
}

async function make(docker: Docker, name: string, context: BuildContext): Promise<void> {
  await buildKindPrograms(context);
  const debian = await ensureDebian(context);
  for (const leftover of globSync(join(KIND_OUTPUT, 'node-image-*'))) await removeTree(leftover);
  const work = await mkdtemp(join(KIND_OUTPUT, 'node-image-'));
  const root = join(work, 'root');
  const { signal } = context;
  const inWork = (folder: string): string => join(work, folder);
  try {
    await step(
      { name: 'node', doing: 'putting its files together', expected: 'about 3 s' },
      context,
      async () => {
        await mkdir(root);
        await execute('tar', ['-C', root, '--numeric-owner', '-xf', debian], { signal, timeoutMs: 120_000 });
        await writeNodeFiles(root);
      },
    );
    const control = { name: 'control plane', doing: 'storing its images on the node', expected: 'about 8 s' };
    await step(control, context, async () => {
      const images = await makeComponentImages(root, inWork('components'), signal);
      await preloadImages(root, images, inWork('containerd'), signal);
    });
    await step(
      { name: 'node image', doing: 'loading it into docker', expected: 'about 10 s' },
      context,
      async () => {
        const layers = [{ source: root, keepOwners: true }];
        const image = await makeImage(inWork('image'), layers, SETTINGS, () => name, signal);
        await loadImage(docker, image, signal);
      },
    );
  } finally {
    await removeTree(work);
  }
}
