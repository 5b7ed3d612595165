import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Delivery, FakeDingTalk } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { soon } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { STORY } from './story.ts';

const QUICKSTART = new URL('../../samples/quickstart/', import.meta.url).pathname;
const SAMPLE_CONFIG = new URL('../../samples/config.yaml', import.meta.url).pathname;
const TEAM = 'team-payments';

export interface DemoOptions {
  /** End by itself. */
  readonly once: boolean;
  readonly print: (line: string) => void;
}

/** Plays the demo; resolves to the exit code. */
export async function runDemo({ once: endByItself, print }: DemoOptions): Promise<number> {
  const started = Date.now();
  const say = (line: string) =>
    print(`[${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s] ${line}`);
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  const interrupted = once(interrupt.signal, 'abort');

  say(
    'starting the API server, Argo CD’s notifications controller, the fake DingTalk and the operator (about 15 s)',
  );
  const { tenancy } = parse(readFileSync(SAMPLE_CONFIG, 'utf8')) as { tenancy: object };
  await using stage = await startStage({
    projects: ['payments'],
    operator: { tenancy, robots: { verify: 'OnChange' } },
  });
  say('all of them run');
  try {
    const outcome = await Promise.race([play(stage, say), interrupted.then(() => 'interrupted' as const)]);
    if (outcome === 'interrupted') return 130;
    if (!outcome || endByItself) return outcome ? 0 : 1;
    invite(stage, print);
    const stopListening = follow(stage.dingtalk, say);
    await interrupted;
    stopListening();
    return 0;
  } finally {
    say('stopping everything');
  }
}

/** Tells the story; resolves to whether every message came and was accepted. */
async function play(stage: Stage, say: (line: string) => void): Promise<boolean> {
  const { stringData } = parse(readFileSync(`${QUICKSTART}credentials.yaml`, 'utf8')) as {
    stringData: { webhook: string; secret: string };
  };
  stage.dingtalk.addRobot({ token: stringData.webhook, secret: stringData.secret });
  say('kubectl apply -k samples/quickstart');
  await stage.cp.kubectl(['apply', '-k', QUICKSTART]);
  await stage.conditions('nsub', TEAM, 'payments', { Ready: 'True/Ready' });
  await stage.conditions('robots', TEAM, 'payments', { Ready: 'True/Ready', Delivering: 'True/Delivering' });
  for (const delivery of stage.dingtalk.requests) say(describeDelivery(delivery));
  say(`kubectl get robots,subscriptions -n ${TEAM}`);
  say(`\n${await stage.cp.kubectl(['get', 'robots,subscriptions', '-n', TEAM])}`);

  for (const step of STORY) {
    await applyApplication(stage.cp, application({ name: step.app, namespace: ARGOCD, project: 'payments' }));
    say(`application ${step.app} ${step.what}`);
    const at = soon();
    for (const patch of step.patches(at)) await patchApplication(stage.cp, ARGOCD, step.app, patch);
    for (const title of step.titles) {
      const delivery = await stage.dingtalk.waitForDelivery((each) => titleOf(each) === title, {
        describe: title,
      });
      say(describeDelivery(delivery));
    }
  }
  // The test message comes first.
  const expected = 1 + STORY.flatMap(({ titles }) => titles).length;
  const accepted = stage.dingtalk.requests.filter(({ errcode }) => errcode === 0).length;
  say(
    `${accepted} of ${expected} expected messages arrived, ${stage.dingtalk.requests.length - accepted} were refused`,
  );
  return accepted === expected && stage.dingtalk.requests.length === expected;
}

function invite({ cp }: Stage, print: (line: string) => void): void {
  print(`
It is yours now. In another terminal:

  export KUBECONFIG=${cp.adminKubeconfig}
  kubectl get robots,subscriptions -A
  kubectl describe subscriptions payments -n ${TEAM}

A kubectl of the API server's own version is in bin/tools/current. Messages go on being printed here; Ctrl-C ends it all.`);
}

/** Prints what arrives from now on. */
function follow({ requests }: FakeDingTalk, say: (line: string) => void): () => void {
  let seen = requests.length;
  const timer = setInterval(() => {
    for (const delivery of requests.slice(seen)) say(describeDelivery(delivery));
    seen = requests.length;
  }, 200);
  return () => clearInterval(timer);
}

interface Markdown {
  readonly markdown?: { readonly title?: string; readonly text?: string };
}

const titleOf = ({ body }: Delivery): string | undefined => (body as Markdown | undefined)?.markdown?.title;

function describeDelivery(delivery: Delivery): string {
  const { signature, errcode, errmsg, body } = delivery;
  const text = (body as Markdown | undefined)?.markdown?.text ?? delivery.rawBody;
  const indented = text.trimEnd().replaceAll(/^/gm, '          | ');
  return `message arrived: signature ${signature}, DingTalk answered ${errcode} ${errmsg}\n${indented}`;
}
