import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Delivery, FakeDingTalk } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { soon } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { startGitee } from '../support/gitee-stage.ts';
import { isByRelay } from '../support/relay.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { playGitee } from './gitee.ts';
import { playRefusal, playWithRelay } from './relay.ts';
import { STORY } from './story.ts';

const QUICKSTART = new URL('../../samples/quickstart/', import.meta.url).pathname;
const SAMPLE_CONFIG = new URL('../../samples/config.yaml', import.meta.url).pathname;
const TEAM = 'team-payments';

export interface DemoOptions {
  /** End by itself. */
  readonly once: boolean;
  /** Have the messages sent by the relay. */
  readonly relay: boolean;
  /** Tell about events of Gitee instead of Argo CD. */
  readonly gitee: boolean;
  readonly print: (line: string) => void;
}

/** Plays the demo; resolves to the exit code. */
export async function runDemo({ once: endByItself, relay, gitee, print }: DemoOptions): Promise<number> {
  const started = Date.now();
  const say = (line: string) =>
    print(`[${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s] ${line}`);
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  const interrupted = once(interrupt.signal, 'abort');

  const partner = gitee ? 'a fake Gitee' : 'Argo CD’s notifications controller';
  const programs = `the API server, ${partner}, the fake DingTalk`;
  say(`starting ${programs}${relay || gitee ? ', the relay' : ''} and the operator (about 15 s)`);
  const { tenancy } = parse(readFileSync(SAMPLE_CONFIG, 'utf8')) as { tenancy: object };
  const fields = { tenancy, robots: { verify: 'OnChange' } };
  const operator = relay || gitee ? false : fields;
  await using stage = await startStage({ argocd: !gitee, projects: ['payments'], operator });
  await using undo = new AsyncDisposableStack();
  const onGitee = gitee && (await startGitee(stage, undo));
  const place = !gitee && relay && (await playWithRelay(stage, fields, undo));
  say('all of them run');
  if (place) say(`the way of each message: Argo CD → the relay (${place.url}) → DingTalk`);
  try {
    const outcome = await Promise.race([
      onGitee
        ? playGitee(stage, onGitee, say, { describe: describeDelivery, isLast: endByItself })
        : play(stage, say, relay),
      interrupted.then(() => 'interrupted' as const),
    ]);
    if (outcome === 'interrupted') return 130;
    if (!outcome || endByItself) return outcome ? 0 : 1;
    invite(stage, print, gitee ? 'shop -n team-web' : `payments -n ${TEAM}`);
    const stopListening = follow(stage.dingtalk, say);
    await interrupted;
    stopListening();
    return 0;
  } finally {
    say('stopping everything');
  }
}

/** Tells the story; resolves to whether every message came by its way and was accepted, but for one that has to be refused. */
async function play(stage: Stage, say: (line: string) => void, relay: boolean): Promise<boolean> {
  const { stringData } = parse(readFileSync(`${QUICKSTART}credentials.yaml`, 'utf8')) as {
    stringData: { webhook: string; secret: string };
  };
  stage.dingtalk.addRobot({ token: stringData.webhook, secret: stringData.secret });
  say('kubectl apply -k samples/quickstart');
  await stage.cp.kubectl(['apply', '-k', QUICKSTART]);
  await stage.conditions('nsub', TEAM, 'payments', { Ready: 'True/Ready' });
  // The relay reports on the messages themselves, so the operator sends no test message.
  const verified = relay ? {} : { Delivering: 'True/Delivering' };
  await stage.conditions('robots', TEAM, 'payments', { Ready: 'True/Ready', ...verified });
  for (const delivery of stage.dingtalk.requests) say(describeDelivery(delivery));
  say(`kubectl get robots,subscriptions -n ${TEAM}`);
  say(`\n${await stage.cp.kubectl(['get', 'robots,subscriptions', '-n', TEAM])}`);
  if (relay) {
    say(`kubectl get relayroutes -n ${ARGOCD}`);
    say(`\n${await stage.cp.kubectl(['get', 'relayroutes', '-n', ARGOCD])}`);
  }

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
  const { requests } = stage.dingtalk;
  // Without the relay, the test message comes first.
  const expected = (relay ? 0 : 1) + STORY.flatMap(({ titles }) => titles).length;
  const accepted = requests.filter(({ errcode }) => errcode === 0).length;
  say(`${accepted} of ${expected} expected messages arrived, ${requests.length - accepted} were refused`);
  const isComplete = accepted === expected && requests.length === expected;
  if (!relay || !isComplete) return isComplete;
  const relayed = requests.filter(isByRelay).length;
  say(`${relayed} of them came by the relay`);
  const robot = { namespace: TEAM, name: 'payments', token: stringData.webhook };
  const condition = await playRefusal(stage, robot, say);
  say(`kubectl describe robots payments -n ${TEAM} shows under Delivering:\n          | ${condition}`);
  return relayed === expected;
}

function invite({ cp }: Stage, print: (line: string) => void, subscription: string): void {
  print(`
It is yours now. In another terminal:

  export KUBECONFIG=${cp.adminKubeconfig}
  kubectl get robots,subscriptions -A
  kubectl describe subscriptions ${subscription}

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
  const sender = isByRelay(delivery) ? ' from the relay' : '';
  return `message arrived${sender}: signature ${signature}, DingTalk answered ${errcode} ${errmsg}\n${indented}`;
}
