import { readdirSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import type { DingTalkRobot, NotificationSubscription } from '../../operator/api/kinds.ts';
import type { RobotOptions } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import {
  type ApplicationPatch,
  degraded,
  healthy,
  suspended,
  syncFailed,
  syncing,
  syncStatusUnknown,
  syncSucceeded,
} from './applications.ts';
import type { ControlPlane } from './control-plane.ts';
import { SCENES, type Scene } from './sample-scenes.ts';

const FOLDER = new URL('../../samples/', import.meta.url).pathname;

/** The grants that the samples need. */
export const { tenancy: SAMPLE_TENANCY } = parse(readFileSync(`${FOLDER}config.yaml`, 'utf8')) as {
  tenancy: { projects: Readonly<Record<string, readonly string[]>> };
};

/** The AppProjects that the samples are about. */
export const SAMPLE_PROJECTS = ['payments', 'logistics', 'storefront-web'];

/** Has no robot: it is for Argo CD, and test/gitops/team.test.ts has Argo CD take it. */
const FOR_ARGOCD = 'gitops';

const FOLDERS = readdirSync(FOLDER, { withFileTypes: true })
  .filter((each) => each.isDirectory() && each.name !== FOR_ARGOCD)
  .map(({ name }) => name);

const isAboutGitee = (name: string): boolean => name.startsWith('gitee');

/** The folders of the samples with a robot that is told about Applications. */
export const SAMPLES = FOLDERS.filter((name) => !isAboutGitee(name));

/** The folders of the samples about a repository on Gitee. */
export const GITEE_SAMPLES = FOLDERS.filter(isAboutGitee);

/** The path of a sample's folder. */
export const sampleFolder = (name: string): string => `${FOLDER}${name}`;

/** Hears of all Applications. */
export const SEED = 'ack-seed';

/** What happens in turn, and the trigger that it fires. `synced`: when the only sync that succeeds does so. */
export const STORY: readonly (readonly [string, (at: Date, synced: Date) => readonly ApplicationPatch[]])[] =
  [
    ['on-sync-running', (at) => [syncing(at)]],
    ['on-sync-succeeded', (_, synced) => [syncSucceeded(synced)]],
    ['on-deployed', (at, synced) => [syncSucceeded(synced), healthy(at)]],
    ['on-health-suspended', (at) => [suspended(at)]],
    ['on-health-degraded', (at) => [degraded(at)]],
    ['on-health-recovered', (at) => [healthy(at)]],
    ['on-sync-failed', (at) => [syncFailed(at)]],
    ['on-sync-status-unknown', (at) => [syncStatusUnknown(at)]],
  ];

/** A manifest of a sample. */
export interface SampleManifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly stringData?: Readonly<Record<string, string>>;
}

/** A sample as it is in the repository. */
export interface Sample {
  readonly dir: string;
  readonly scene: Scene;
  /** All of them. The webhook is a token alone, since the fake has another host than DingTalk. */
  readonly manifests: readonly SampleManifest[];
  readonly robot: DingTalkRobot;
  /** The robot in DingTalk, as the sample says it is. */
  readonly credentials: RobotOptions;
  readonly subscriptions: readonly NotificationSubscription[];
}

/** Reads a sample of the repository. */
export async function readSample({ kubectl }: Pick<ControlPlane, 'kubectl'>, name: string): Promise<Sample> {
  const dir = sampleFolder(name);
  const scene = SCENES[name];
  if (!scene) throw new Error(`samples/${name} has no scene in test/support/sample-scenes.ts`);
  const all = parseAllDocuments(await kubectl(['kustomize', dir])).map((each) => each.toJS());
  const manifests = all as readonly SampleManifest[];
  const robot = manifests.find(({ kind }) => kind === 'DingTalkRobot') as unknown as DingTalkRobot;
  const given = manifests.find(({ kind }) => kind === 'Secret')?.stringData ?? {};
  const { webhook = '', secret } = given;
  const token = URL.parse(webhook)?.searchParams.get('access_token') ?? webhook;
  const { keywords, signing } = robot.spec;
  const stringData = { ...given, webhook: token };
  const subscriptions = manifests.filter(({ kind }) => kind === 'NotificationSubscription');
  return {
    ...{ dir, scene, robot },
    manifests: manifests.map((each) => (each.kind === 'Secret' ? { ...each, stringData } : each)),
    credentials: {
      token,
      ...(signing && secret !== undefined && { secret }),
      ...(keywords && { keywords }),
    },
    subscriptions: subscriptions as unknown as readonly NotificationSubscription[],
  };
}

/** The subscriptions of a sample that an event reaches, once for each of their events. */
export const eventsBy = ({ subscriptions }: Pick<Sample, 'subscriptions'>, trigger: string): string[] =>
  subscriptions.flatMap(({ metadata, spec }) =>
    spec.events.filter((each) => each.trigger === trigger).map(() => metadata.name),
  );
