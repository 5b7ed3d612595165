import type { BuildContext } from '../../../engine/go-build/build-context.ts';
import { ensureDocker } from '../docker/ensure-docker.ts';
import { thisMachine } from '../docker/machine.ts';
import { ensureNodeImage } from '../node-image/node-image.ts';
import { buildKindPrograms } from '../programs.ts';
import { step } from '../step.ts';
import { chooseNodeImage } from './choose-node-image.ts';
import { type Cluster, clusterNamed, hasNodes, kind, kubectl } from './cluster.ts';
import { kindImageIsToBeHad } from './kind-image.ts';
import { removeCluster } from './remove.ts';

const ASK_MS = 10_000;
const CREATE_MS = 300_000;
const DNS_MS = 120_000;

/**
 * Makes a cluster, with a node that is Ready and a DNS that answers; one of this name that works already is kept. What it
 * takes (a docker daemon, programs, an image) is started or made.
 *
 * @param name default: that of KIND_CLUSTER, or `argocd-dingtalk`
 * @throws Error with a remedy if this machine cannot have one. There is no half of a cluster then.
 */
export async function ensureCluster(context: BuildContext, name?: string): Promise<Cluster> {
  const cluster = clusterNamed(await ensureDocker(context), name);
  await buildKindPrograms(context, ['kind', 'kubectl']);
  if (await hasNodes(cluster)) {
    if (await works(cluster)) {
      context.report(`cluster ${cluster.name}: it is there already; KUBECONFIG=${cluster.kubeconfig}`);
      return cluster;
    }
    context.report(
      `cluster ${cluster.name}: its API server does not answer, so a new cluster takes its place`,
    );
    await removeCluster(cluster, context);
  }
  const image = await nodeImage(cluster, context);
  try {
    await create(cluster, image, context);
  } catch (error) {
    await removeCluster(cluster, { ...context, signal: AbortSignal.timeout(CREATE_MS) });
    throw error;
  }
  context.report(`cluster ${cluster.name}: export KUBECONFIG=${cluster.kubeconfig}`);
  return cluster;
}

async function works(cluster: Cluster): Promise<boolean> {
  try {
    const options = { timeoutMs: ASK_MS };
    await kind(
      cluster,
      ['export', 'kubeconfig', '--name', cluster.name, '--kubeconfig', cluster.kubeconfig],
      options,
    );
    await kubectl(cluster, ['wait', '--for=condition=Ready', 'node', '--all', '--timeout=8s'], options);
    return true;
  } catch {
    return false;
  }
}

/** Kind's argument for the image of the nodes, if there is to be one. */
async function nodeImage(cluster: Cluster, context: BuildContext): Promise<string[]> {
  const named = process.env.KIND_NODE_IMAGE;
  const hasKindImage = () => kindImageIsToBeHad(cluster.docker);
  const choice = await chooseNodeImage({ named, machine: thisMachine(), hasKindImage });
  const image = choice.kind === 'built' ? await ensureNodeImage(cluster.docker, context) : named;
  context.report(`node image: ${image ?? "kind's own"}, since ${choice.why}`);
  return image ? ['--image', image] : [];
}

async function create(cluster: Cluster, image: readonly string[], context: BuildContext): Promise<void> {
  const { signal } = context;
  const what = { name: `cluster ${cluster.name}`, doing: 'creating it', expected: 'about 20 s' };
  await step(what, context, async () => {
    const args = [
      'create',
      'cluster',
      '--name',
      cluster.name,
      '--kubeconfig',
      cluster.kubeconfig,
      '--wait',
      '180s',
    ];
    await kind(cluster, [...args, ...image], { signal, timeoutMs: CREATE_MS });
    // kind's own wait ends with a warning.
    const ready = ['wait', '--for=condition=Ready', 'node', '--all', '--timeout=10s'];
    await kubectl(cluster, ready, { signal, timeoutMs: 2 * ASK_MS });
  });
  const dns = { name: `cluster ${cluster.name}`, doing: 'waiting for its DNS', expected: 'about 10 s' };
  await step(dns, context, async () => {
    const args = [
      '-n',
      'kube-system',
      'rollout',
      'status',
      'deployment/coredns',
      `--timeout=${DNS_MS / 1000}s`,
    ];
    await kubectl(cluster, args, { signal, timeoutMs: DNS_MS + ASK_MS });
  });
}
