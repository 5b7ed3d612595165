import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import {
  type FakeGitee,
  type FakeRepository,
  startFakeGitee,
} from '../../operator/gitee/testing/fake-gitee.ts';
import { startOperatorForRelay, startRelay } from './relay.ts';
import { sampleFolder } from './samples.ts';
import type { Stage } from './stage.ts';

/** What `config/gitee` adds, for a stage. */
export const GITEE_RIGHTS = join(import.meta.dirname, 'gitee-rights');

/** Where Gitee would reach the relay. Tests have no such host, so the fake posts to the relay's port. */
const PUBLIC_URL = 'https://hooks.example.com';

/** What runs beside a stage for subscriptions about Gitee. */
export interface GiteePlace {
  readonly gitee: FakeGitee;
  /** Where the relay takes posts of Gitee. */
  readonly relayUrl: string;
}

/** Runs a strict fake Gitee, and an operator and a relay that know it; `undo` ends all of them. */
export async function startGitee(stage: Stage, undo: AsyncDisposableStack): Promise<GiteePlace> {
  const gitee = undo.use(await startFakeGitee());
  await stage.cp.kubectl(['apply', '--server-side', '-k', GITEE_RIGHTS]);
  const fields = {
    gitee: { publicURL: PUBLIC_URL, hosts: [gitee.host], caFile: gitee.caFile, checkInterval: '2s' },
  };
  const place = await startOperatorForRelay(stage, fields);
  const relay = await startRelay(stage, place, fields);
  undo.defer(async () => void (await relay.stop()));
  return { gitee, relayUrl: place.giteeUrl };
}

/** A sample about Gitee as it is in the repository, on the fake. */
export interface GiteeSample {
  readonly namespace: string;
  /** Of the subscription. */
  readonly name: string;
  readonly repository: FakeRepository;
  readonly robot: { readonly token: string; readonly secret: string };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec?: { gitee?: { baseUrl?: string; readonly repository: string } };
}

/** Applies a sample with the fake as its Gitee; the robot and the repository exist then. */
export async function applyGiteeSample(
  stage: Stage,
  { gitee }: GiteePlace,
  name: string,
): Promise<GiteeSample> {
  const text = await stage.cp.kubectl(['kustomize', sampleFolder(name)]);
  const manifests = parseAllDocuments(text).map((each) => each.toJS() as Manifest);
  const secrets = Object.assign({}, ...manifests.map(({ stringData }) => stringData));
  const robot = { token: secrets.webhook, secret: secrets.secret };
  stage.dingtalk.addRobot(robot);
  const subscription = manifests.find(({ spec }) => spec?.gitee);
  const source = subscription?.spec?.gitee;
  if (!subscription || !source) throw new Error(`samples/${name} has no subscription to Gitee`);
  const repository = gitee.addRepository(source.repository, secrets.token);
  source.baseUrl = gitee.url;
  await stage.apply(...manifests);
  const { metadata } = subscription;
  await stage.conditions('nsub', metadata.namespace, metadata.name, { Ready: 'True/Ready' });
  return { namespace: metadata.namespace, name: metadata.name, repository, robot };
}
