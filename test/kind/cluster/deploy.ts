import { parseAllDocuments } from 'yaml';
import type { BuildContext } from '../../../engine/go-build/build-context.ts';
import { step } from '../step.ts';
import { type Cluster, kubectl } from './cluster.ts';

const APPLY_MS = 60_000;
const ROLLOUT_S = 90;
const LINES = 40;

/** A Deployment's place. */
interface Deployment {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Applies a kustomize overlay, and waits until its Deployments are rolled out.
 *
 * @param overlay its folder
 * @throws Error if it is refused, or if a Deployment is not ready within 90 s; the report has events and logs then.
 */
export async function deployOverlay(cluster: Cluster, overlay: string, context: BuildContext): Promise<void> {
  const { signal } = context;
  const what = { name: overlay, doing: `applying it to ${cluster.name}`, expected: 'about 3 s' };
  await step(what, context, () =>
    kubectl(cluster, ['apply', '-k', overlay], { signal, timeoutMs: APPLY_MS }),
  );
  const manifests = await kubectl(cluster, ['kustomize', overlay], { signal, timeoutMs: APPLY_MS });
  for (const deployment of deploymentsIn(manifests)) await untilRolledOut(cluster, deployment, context);
}

/** The Deployments among manifests. */
export function deploymentsIn(manifests: string): Deployment[] {
  return parseAllDocuments(manifests)
    .map((document) => document.toJS())
    .filter((object) => object?.kind === 'Deployment')
    .map(({ metadata: { name, namespace = 'default' } }) => ({ namespace, name }));
}

async function untilRolledOut(
  cluster: Cluster,
  { namespace, name }: Deployment,
  context: BuildContext,
): Promise<void> {
  const { signal, report } = context;
  const what = {
    name: `deployment ${namespace}/${name}`,
    doing: 'waiting for its pods',
    expected: 'about 10 s',
  };
  const args = ['-n', namespace, 'rollout', 'status', `deployment/${name}`, `--timeout=${ROLLOUT_S}s`];
  try {
    await step(what, context, () => kubectl(cluster, args, { signal, timeoutMs: 2 * ROLLOUT_S * 1000 }));
  } catch (error) {
    signal.throwIfAborted();
    for (const question of questionsAbout(namespace, name)) report(await answerTo(cluster, question, signal));
    throw error;
  }
}

/** What a person looks at when pods do not become ready. */
function questionsAbout(namespace: string, name: string): string[][] {
  const within = ['-n', namespace];
  return [
    [...within, 'get', 'pods', '-o', 'wide'],
    [...within, 'get', 'events', '--sort-by=.lastTimestamp'],
    [...within, 'logs', `deployment/${name}`, '--all-pods', '--all-containers', `--tail=${LINES}`],
  ];
}

async function answerTo(cluster: Cluster, question: readonly string[], signal: AbortSignal): Promise<string> {
  const answer = await kubectl(cluster, question, { signal, timeoutMs: APPLY_MS }).catch(String);
  const lines = answer.trimEnd().split('\n');
  return [`kubectl ${question.join(' ')}`, ...lines.slice(-LINES)].join('\n  ');
}
