import type { Delivery } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { sendEvent } from '../../operator/gitee/testing/fake-gitee.ts';
import { payload } from '../../operator/gitee/testing/payloads.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { applyGiteeSample, type GiteePlace } from '../support/gitee-stage.ts';
import type { Stage } from '../support/stage.ts';

/** What the Gitee of the demo tells, and a part of the message that must come of it. */
const EVENTS = [
  { what: 'somebody pushes two commits', event: 'Push Hook', name: 'push', part: '15246f7' },
  {
    what: 'somebody opens a pull request',
    event: 'Merge Request Hook',
    name: 'pull-request-open',
    part: '**Team**: web',
  },
  {
    what: 'somebody presses "test" beside the hook',
    event: 'Push Hook',
    name: 'push',
    ping: true,
    part: 'Gitee notifications arrive here',
  },
] as const;

interface GiteeTelling {
  readonly describe: (delivery: Delivery) => string;
  /** Whether the subscription goes in the end. */
  readonly isLast: boolean;
}

/**
 * Tells the story of samples/gitee: the operator makes the hook, signed posts become messages, an edit by hand is repaired, and the hook goes
 * with the subscription. Resolves to whether every message arrived and was accepted.
 */
export async function playGitee(
  stage: Stage,
  place: GiteePlace,
  say: (line: string) => void,
  { describe, isLast }: GiteeTelling,
): Promise<boolean> {
  const { gitee, relayUrl } = place;
  say(`kubectl apply -k samples/gitee, with baseUrl ${gitee.url}`);
  const { namespace, name: subscription, repository } = await applyGiteeSample(stage, place, 'gitee');
  say(`kubectl get nsub -n ${namespace}`);
  say(`\n${await stage.cp.kubectl(['get', 'nsub', '-n', namespace])}`);
  const shown = () => repository.hooks.map(({ id, url }) => `          | hook ${id}: ${url}`).join('\n');
  say(`the hooks of example/shop on Gitee:\n${shown()}`);
  const [hook] = repository.hooks;
  if (!hook) throw new Error('the operator made no hook, although the subscription is Ready');

  let accepted = 0;
  for (const { what, event, name, part, ...more } of EVENTS) {
    say(`${what}; Gitee signs the event and posts it to the relay`);
    const body = JSON.parse(JSON.stringify(payload(name)).replaceAll('https://gitee.com', gitee.url));
    const answer = await sendEvent(hook, { event, payload: body, ...more }, { origin: relayUrl });
    say(`the relay answers ${answer.status}: ${answer.text.trim()}`);
    const delivery = await stage.dingtalk.waitForDelivery(({ rawBody }) => rawBody.includes(part), {
      describe: `the message about: ${what}`,
    });
    if (delivery.errcode === 0) accepted += 1;
    say(describe(delivery));
  }

  say('somebody changes the URL of the hook in the settings of the repository');
  repository.changeHook(hook.id, { url: 'https://elsewhere.example.com/' });
  await eventually('the repair', () => repository.hooks[0]?.url === hook.url, { timeoutMs: 60_000 });
  say(`the operator has repaired it:\n${shown()}`);
  say(`${accepted} of ${EVENTS.length} expected messages arrived`);
  if (!isLast) return accepted === EVENTS.length;
  say(`kubectl delete nsub ${subscription} -n ${namespace}`);
  await stage.cp.kubectl(['delete', 'nsub', subscription, '-n', namespace, '--timeout=60s']);
  say(`example/shop has ${repository.hooks.length} hooks on Gitee`);
  return accepted === EVENTS.length && repository.hooks.length === 0;
}
