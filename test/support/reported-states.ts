import type { CustomResource, DingTalkRobot } from '../../operator/api/kinds.ts';
import { REASONS, type Reason } from '../../operator/api/reasons.ts';
import { decideFully } from '../../operator/cluster/decide-fully.ts';
import type { Gate } from '../../operator/cluster/gate.ts';
import { MISTAKES } from '../../operator/commands/testing/mistakes.ts';
import { decide } from '../../operator/core/decide.ts';
import { type DeliveryCheck, deliveryChecks } from '../../operator/core/delivery/checks.ts';
import { readLiveState } from '../../operator/core/model/live.ts';
import type { Snapshot } from '../../operator/core/model/snapshot.ts';
import { accepted, conditions, ready } from '../../operator/core/status/conditions.ts';
import type { ObservedState } from '../../operator/core/status/observed-state.ts';
import { statusUpdates } from '../../operator/core/status/statuses.ts';
import {
  config,
  robot,
  settled,
  snapshot,
  subscription,
  team,
} from '../../operator/core/testing/fixtures.ts';
import type { DeliveryReason } from '../../operator/dingtalk/explanations.ts';
import { parseManifests } from '../../operator/files/manifests.ts';
import { snapshotOf } from '../../operator/files/snapshot.ts';
import { validate } from '../../operator/files/validate.ts';

/** A resource as the API server has it after the operator has reported on it. */
export type Reported = CustomResource;

/** The resources of a snapshot with the statuses that the operator's core makes. */
function reported(
  before: Snapshot,
  more: Partial<ObservedState> = {},
  decision = decide(before),
): Reported[] {
  const { resolution, plan } = decision;
  const live = readLiveState(before.target);
  return statusUpdates(resolution, { snapshot: before, live, plan, ...more }).map(({ cr, patch }) => {
    const fields = Object.entries(patch).filter(([, value]) => value !== null);
    return { ...cr, status: { ...cr.status, ...Object.fromEntries(fields) } } as Reported;
  });
}

const notMerged = (reason: Reason) => ({ obstacle: { reason, message: REASONS[reason].meaning } });

/** DingTalk's answers: reasons from NotVerified on. */
const ALL = Object.keys(REASONS) as Reason[];
const DELIVERY = ALL.slice(ALL.indexOf('NotVerified') + 1);
/** Reasons for which a plan is not in the target. */
const OBSTACLES = ALL.slice(ALL.indexOf('Pending'), ALL.indexOf('NotSigned'));

/** After DingTalk has given this answer to a test message. */
function answered(reason: Reason): Reported[] {
  const verifying = settled(snapshot({ ...team(), config: config({ robots: { verify: 'OnChange' } }) }));
  const [{ robot: name, fingerprint }] = deliveryChecks(decide(verifying).resolution.robots, verifying) as [
    DeliveryCheck,
  ];
  const outcome = {
    reason: reason as DeliveryReason,
    class: reason === 'Delivering' ? 'ok' : 'final',
  } as const;
  const observation = { fingerprint, outcome, checkedAt: verifying.now };
  return reported({ ...verifying, deliveries: new Map([[name, { requested: '', observation }]]) });
}

/** Every mistake that files can show, as one cluster, judged with Argo CD's engine and written as far as possible. */
async function mistaken(gate: Gate): Promise<Reported[]> {
  const manifests = Object.entries(MISTAKES).flatMap(([reason, text]) =>
    parseManifests(text, `${reason}.yaml`),
  );
  const { valid } = await validate(manifests, 'default');
  const now = new Date('2026-11-23T08:00:00Z');
  const files = {
    ...snapshotOf(valid, manifests, config(), { now, serverTime: now }),
    answers: gate.answers,
  };
  await decideFully(files, gate);
  const after = settled(files);
  return reported(after, {}, await decideFully(after, gate));
}

/** A status with this reason as a refusal, as the core writes it; for reasons that no test input here leads to. */
function refused(reason: Reason): Reported {
  const cr: DingTalkRobot = robot();
  const finding = { reason, message: REASONS[reason].meaning };
  const parts = [accepted({ rollout: 'none', refusal: finding, warnings: [] }, '')];
  const observedGeneration = cr.metadata.generation;
  const all = conditions([ready(parts, false), ...parts], undefined, observedGeneration, new Date(0));
  return { ...cr, status: { observedGeneration, conditions: all } };
}

/** Resources in every state that the operator reports, of all kinds and with all reasons. */
export async function reportedStates(gate: Gate): Promise<Reported[]> {
  const suspended = { suspend: true };
  const live = settled(snapshot(team()));
  const broken = subscription({ generation: 2 }, { events: [{ trigger: 'x' }] });
  const unseen = new Map([
    ['team-payments/payments-dingtalk', { state: 'unreadable', message: '503' } as const],
  ]);
  return [
    ...reported(live),
    ...reported(snapshot(team())),
    ...reported(
      settled(snapshot({ robots: [robot({}, suspended)], subscriptions: [subscription({}, suspended)] })),
    ),
    ...reported({ ...live, subscriptions: [broken] }),
    ...reported({ ...live, credentials: unseen }),
    ...OBSTACLES.flatMap((reason) => reported(snapshot(team()), notMerged(reason))),
    ...reported(snapshot({ ...team(), target: {} }), notMerged('TargetNotFound')),
    ...answered('Delivering'),
    ...DELIVERY.flatMap(answered),
    ...(await mistaken(gate)),
    ...ALL.filter((reason) => !(NEVER_REFUSALS as readonly string[]).includes(reason)).map(refused),
  ];
}

/** Reasons of conditions that hold, or that only follow from others. */
const NEVER_REFUSALS = ['Accepted', 'Merged', 'Signed', 'Delivering', 'Ready', 'Suspended'] as const;
