import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../operator/commands/testing/command-line.ts';
import { operatorConfiguration } from '../../operator/dingtalk/testing/fake-configuration.ts';
import type { PreviewedMessage } from '../../operator/tools/preview/message.ts';
import {
  application,
  applyApplication,
  CASCADE,
  deleteApplication,
  patchApplication,
  soon,
} from '../support/applications.ts';
import { untilGraceIsOver } from '../support/grace.ts';
import type { RunningProcess } from '../support/processes.ts';
import { isByRelay, startOperatorForRelay, startRelay, withoutMsgUuid } from '../support/relay.ts';
import { SCENES } from '../support/sample-scenes.ts';
import {
  eventsBy,
  readSample,
  SAMPLE_PROJECTS,
  SAMPLE_TENANCY,
  SAMPLES,
  type Sample,
  SEED,
  STORY,
} from '../support/samples.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';

/**
 * Each sample as it is in the repository: all that it subscribes to happens to one Application, DingTalk takes a message of
 * each event, and one of them is the very one that `argocd-dingtalk preview` shows for the Application as it was then. Exactly the
 * messages of samples/relay come from a relay.
 */

let stage: Stage;
let relay: RunningProcess | undefined;
let config: string;
const samples = new Map<string, Sample>();

beforeAll(async () => {
  stage = await startStage({ projects: SAMPLE_PROJECTS, operator: false });
  const own = {
    ...{ tenancy: SAMPLE_TENANCY, robots: { verify: 'OnChange' } },
    // Nobody answers there: a sample whose message shows a commit goes on without it.
    argocd: { url: 'https://argocd.example.com', api: { url: 'http://127.0.0.1:1' } },
  };
  const place = await startOperatorForRelay(stage, own);
  const fields = { ...own, ...place.fields };
  relay = await startRelay(stage, place, fields);
  // Where a sample has DingTalk's own URL, preview may know it.
  const { dingtalk, ...other } = operatorConfiguration(stage.dingtalk, fields) as {
    readonly dingtalk: { readonly allowedHosts: readonly string[] };
  };
  config = join(stage.cp.dir, 'preview.json');
  const allowedHosts = [...dingtalk.allowedHosts, 'oapi.dingtalk.com'];
  await writeFile(config, JSON.stringify({ ...other, dingtalk: { ...dingtalk, allowedHosts } }));

  for (const name of SAMPLES.filter((each) => each !== SEED)) samples.set(name, await install(name));
  await untilGraceIsOver();
});
afterAll(async () => {
  await relay?.stop();
  await stage?.[Symbol.asyncDispose]();
});

/** Applies a sample and has its robot made in DingTalk, with what the sample says of it. */
async function install(name: string): Promise<Sample> {
  const sample = await readSample(stage.cp, name);
  stage.dingtalk.addRobot(sample.credentials);
  await stage.apply(...sample.manifests);
  const { namespace, name: robot } = sample.robot.metadata;
  await stage.conditions('robots', namespace, robot, {
    Ready: 'True/Ready',
    // The relay reports on the messages themselves.
    ...(!isRelayed(sample) && { Delivering: 'True/Delivering' }),
  });
  for (const { metadata } of sample.subscriptions)
    await stage.conditions('nsub', metadata.namespace, metadata.name, {
      Ready: 'True/Ready',
      Accepted: 'True/Accepted',
    });
  return sample;
}

const isRelayed = ({ robot }: Sample): boolean => robot.spec.delivery === 'Relay';

/** What the robot was sent after its test message; the operator sends none to a relayed robot. */
const received = (sample: Sample) =>
  stage.dingtalk.requests
    .filter(({ token }) => token === sample.credentials.token)
    .slice(isRelayed(sample) ? 0 : 1);

/** What preview prints for the Application as it is now. */
async function previewed({ dir, scene }: Sample): Promise<PreviewedMessage[]> {
  const file = join(stage.cp.dir, `${scene.app.name}.json`);
  await writeFile(file, JSON.stringify(await stage.get('applications.argoproj.io', ARGOCD, scene.app.name)));
  const { code, stdout, stderr } = await run(
    ...['preview', '-f', dir, '--config', config, '--app', file, '-o', 'json'],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as PreviewedMessage[];
}

/** Has one thing happen and expects DingTalk to take a message of it; that of the scene is the one that preview shows. */
async function expectMessages(sample: Sample, trigger: string, happen: (at: Date) => Promise<void>) {
  const count = eventsBy(sample, trigger).length;
  if (count === 0) return;
  const before = received(sample).length;
  const at = soon();
  await happen(at);
  await stage.dingtalk.waitForDelivery(() => received(sample).length >= before + count, {
    describe: `${sample.scene.app.name} ${trigger}`,
  });
  const messages = received(sample).slice(before);
  expect(messages.map(({ errcode, errmsg }) => ({ errcode, errmsg }))).toEqual(
    messages.map(() => ({ errcode: 0, errmsg: 'ok' })),
  );
  await stage.argocd().untilIdle();
  if (trigger !== sample.scene.trigger) return;
  const bodies = (await previewed(sample)).filter(({ event }) => event === trigger).map(({ body }) => body);
  expect(messages.map(withoutMsgUuid)).toEqual(bodies);
  expect(bodies).toEqual([sample.scene.body(at)]);
}

async function play(sample: Sample): Promise<void> {
  const { name } = sample.scene.app;
  const app = application({ ...sample.scene.app, namespace: ARGOCD, finalizers: [CASCADE] });
  const create = () => applyApplication(stage.cp, app);
  if (eventsBy(sample, 'on-created').length === 0) await create();
  await expectMessages(sample, 'on-created', create);
  const synced = soon();
  for (const [trigger, patches] of STORY) {
    await expectMessages(sample, trigger, async (at) => {
      for (const patch of patches(at, synced)) await patchApplication(stage.cp, ARGOCD, name, patch);
    });
  }
  await expectMessages(sample, 'on-deleted', () => deleteApplication(stage.cp, ARGOCD, name));

  const events = sample.subscriptions.flatMap(({ spec }) => spec.events);
  expect(received(sample).map(isByRelay)).toEqual(events.map(() => isRelayed(sample)));
  expect(events.map(({ trigger }) => trigger)).toContain(sample.scene.trigger);
}

it('each sample has a robot of its own', () => {
  expect(Object.keys(SCENES).sort()).toEqual([...SAMPLES].sort());
  expect(new Set([...samples.values()].map(({ credentials }) => credentials.token)).size).toBe(
    SAMPLES.length - 1,
  );
});

it.each(SAMPLES.filter((each) => each !== SEED))('samples/%s', async (name) => {
  await play(samples.get(name) as Sample);
});

it(`samples/${SEED}`, async () => {
  await play(await install(SEED));
});
