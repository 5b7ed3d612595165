import { globSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execute } from '../execute.ts';
import { kubernetesVersion } from '../go-modules.ts';
import { type Image, type ImageSettings, makeImage } from '../images/image.ts';
import { copyBelow, sharedLibraries } from '../images/shared-libraries.ts';
import { type KindProgram, kindProgram } from '../programs.ts';
import { inside } from './node-files.ts';

const PATH = '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A container image of the control plane: the program's path in it, and how it starts unless a manifest says so. */
interface Component {
  readonly program: KindProgram;
  readonly path: string;
  readonly settings?: ImageSettings;
}

const inLocalBin = (program: KindProgram): Component => ({ program, path: `usr/local/bin/${program}` });

/** By the last part of the image's name. */
const COMPONENTS: Readonly<Record<string, Component>> = {
  'kube-apiserver': inLocalBin('kube-apiserver'),
  'kube-controller-manager': inLocalBin('kube-controller-manager'),
  'kube-scheduler': inLocalBin('kube-scheduler'),
  'kube-proxy': inLocalBin('kube-proxy'),
  etcd: inLocalBin('etcd'),
  coredns: { program: 'coredns', path: 'coredns', settings: { entrypoint: ['/coredns'] } },
  pause: { program: 'pause', path: 'pause', settings: { entrypoint: ['/pause'], user: '65535:65535' } },
};

/** The last part of an image's name: `registry.k8s.io/coredns/coredns:v1.14.2` → `coredns`. */
export const componentOf = (image: string): string =>
  image
    .replace(/:[^/]*$/, '')
    .split('/')
    .at(-1) ?? '';

/**
 * Makes the images of the control plane, under the names that kubeadm and containerd ask for.
 *
 * @param root the node's file system
 * @param work an empty folder
 * @throws Error if kubeadm asks for an image that is not known
 */
export async function makeComponentImages(root: string, work: string, signal: AbortSignal): Promise<Image[]> {
  const images: Image[] = [];
  for (const name of await wantedImages(root)) {
    const component = COMPONENTS[componentOf(name)];
    if (component === undefined) throw new Error(`kubeadm wants ${name}, which nothing here is built for`);
    const { program, path, settings } = component;
    const source = join(work, `${program}-files`);
    await mkdir(dirname(join(source, path)), { recursive: true });
    await copyFile(kindProgram(program), join(source, path));
    await chmod(join(source, path), 0o755);
    if (program === 'kube-proxy') await addIptables(root, source);
    const complete = { env: { PATH }, ...settings };
    images.push(await makeImage(join(work, program), [{ source }], complete, () => name, signal));
  }
  return images;
}

/** What kubeadm asks for, but the pod's first process, which containerd's configuration names. */
async function wantedImages(root: string): Promise<string[]> {
  const args = ['config', 'images', 'list', '--kubernetes-version', kubernetesVersion()];
  const listed = (await execute(kindProgram('kubeadm'), args, { timeoutMs: 30_000 })).trim().split('\n');
  const configuration = await readFile(join(root, 'etc/containerd/config.toml'), 'utf8');
  const pause = /^\s*sandbox_image = "(\S+)"$/m.exec(configuration)?.[1];
  if (pause === undefined) throw new Error("kind's configuration of containerd has no sandbox_image");
  return [...listed.filter((name) => componentOf(name) !== 'pause'), pause];
}

/** kube-proxy calls iptables, which comes from the node's Debian with all that it loads. */
async function addIptables(root: string, target: string): Promise<void> {
  const extensions = globSync('usr/lib/*/xtables/*.so', { cwd: root }).map((path) => `/${path}`);
  const programs = ['/usr/sbin/nft', '/usr/sbin/xtables-nft-multi'];
  const files = [...programs, ...extensions];
  await copyBelow([...files, ...sharedLibraries(await inside(root, ['ldd', ...files]))], root, target);
  for (const folder of ['run', 'tmp']) await mkdir(join(target, folder));
  for (const family of ['iptables', 'ip6tables'])
    for (const command of ['', '-save', '-restore'])
      await symlink('xtables-nft-multi', join(target, 'usr/sbin', `${family}${command}`));
}
