import type { ConfigFields } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { degraded, soon } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { startOperatorForRelay, startRelay } from '../support/relay.ts';
import { ARGOCD, type Stage } from '../support/stage.ts';

/** A robot's credentials in the group. */
interface Robot {
  readonly namespace: string;
  readonly name: string;
  readonly token: string;
}

/** Runs a relay beside an operator that has all robots' messages sent by it; `undo` ends it. */
export async function playWithRelay(
  stage: Stage,
  fields: ConfigFields,
  undo: AsyncDisposableStack,
): Promise<{ readonly url: string }> {
  const robots = { ...(fields.robots as object), delivery: 'Relay' };
  const place = await startOperatorForRelay(stage, { ...fields, robots });
  const relay = await startRelay(stage, place);
  undo.defer(async () => void (await relay.stop()));
  return place;
}

/**
 * The group makes a new secret, and nobody tells the owner of the robot: DingTalk refuses the next message with HTTP 200.
 * @returns the robot's condition `Delivering` as soon as it shows the refusal
 */
export async function playRefusal(
  stage: Stage,
  { namespace, name, token }: Robot,
  say: (line: string) => void,
): Promise<string> {
  say('the group makes a new signing secret in DingTalk, and the Secret in the cluster stays as it is');
  stage.dingtalk.addRobot({ token, secret: `SEC${'f'.repeat(64)}` });
  await applyApplication(stage.cp, application({ name: 'search', namespace: ARGOCD, project: 'payments' }));
  say('application search degrades');
  await patchApplication(stage.cp, ARGOCD, 'search', degraded(soon()));
  const wanted = { Delivering: 'False/SignatureRejected' };
  const { status } = await stage.conditions('robots', namespace, name, wanted, 40_000);
  const condition = status?.conditions?.find(({ type }) => type === 'Delivering');
  return `${condition?.status} ${condition?.reason}: ${condition?.message}`;
}
