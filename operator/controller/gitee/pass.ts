import type { Finding } from '../../api/finding.ts';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { baseUrlOf, isAllowedHost } from '../../core/gitee/repository.ts';
import type { WantedHook } from '../../core/model/gitee.ts';
import { failureFinding, hostFinding, notInstalledFinding, notRemovedFinding } from '../../gitee/findings.ts';
import { type DeclaredHook, isAsDeclared } from '../../gitee/hook.ts';
import type { GiteeFailure, GiteeResult } from '../../gitee/outcome.ts';
import { type HookAim, planHooks } from '../../gitee/plan.ts';
import { type HookPlace, type HookRecord, MAX_HOOKS } from '../../gitee/record.ts';
import { giteeKey } from '../../gitee/signature.ts';
import { ForbiddenError } from '../../kubernetes/api-error.ts';
import type { HookMember } from './places.ts';
import { doStep, type FoundHooks, type HookMemory, type StepParts, settle } from './steps.ts';
import type { GiteeToken } from './tokens.ts';

/** What a look at a repository needs. */
export interface PassParts extends StepParts {
  readonly token: (subscription: NotificationSubscription) => Promise<GiteeToken>;
  /** The key of the installation; undefined if its Secret is missing. May reject with an error of a request. */
  readonly installationKey: () => Promise<string | undefined>;
  /** Where Gitee reaches the relay, without a slash at its end; undefined if nowhere. */
  readonly publicUrl: string | undefined;
  /** The hosts that a token may be sent to. */
  readonly hosts: readonly string[];
  /** The ids of the hooks in the repository that the status of any subscription has. */
  readonly claimed: (place: HookPlace) => ReadonlySet<number>;
  /** How many hooks the status of the subscription has. */
  readonly count: (subscription: NotificationSubscription) => number;
}

/** A hook that should go, and is still there. `hopeless`: waiting will not help. */
export interface StuckHook {
  readonly record: HookRecord;
  readonly why: string;
  readonly hopeless: boolean;
}

/** What a look at the hooks of one subscription in one repository has found. */
export interface MemberOutcome {
  /** Why its hooks are not as declared. */
  readonly finding?: Finding;
  readonly stuck: readonly StuckHook[];
  /** The failure of Gitee that may pass by itself, if there was one. */
  readonly failure?: GiteeFailure;
}

/** The hooks of a repository with each of the tokens, so that a pass lists them once. */
type Lists = Map<string, Promise<GiteeResult<FoundHooks>>>;

/**
 * Looks at one repository, and makes the hooks of the members as declared, one after the other.
 * @param each called for each member with its outcome or with an error of the API server; a NotLeadingError among these ends the pass
 */
export async function lookAtRepository(
  place: HookPlace,
  members: readonly HookMember[],
  memory: HookMemory,
  parts: PassParts,
  each: (member: HookMember, outcome: MemberOutcome | Error) => Promise<void>,
): Promise<void> {
  const lists: Lists = new Map();
  for (const member of members) {
    const outcome = await lookAtMember(member, place, { memory, lists }, parts).catch((error: unknown) =>
      error instanceof ForbiddenError
        ? { finding: notInstalledFinding(`a right: ${error.message}`), stuck: [] }
        : (error as Error),
    );
    await each(member, outcome);
  }
}

async function lookAtMember(
  member: HookMember,
  place: HookPlace,
  { memory, lists }: { readonly memory: HookMemory; readonly lists: Lists },
  parts: PassParts,
): Promise<MemberOutcome> {
  const { subscription, wanted, records } = member;
  const going = records.filter(({ robot }) => !wanted.some((hook) => robotOf(hook) === robot));
  const useless = (finding: Finding, hopeless: boolean, failure?: GiteeFailure): MemberOutcome => ({
    ...(wanted.length > 0 && { finding }),
    stuck: going.map((record) => ({ record, why: finding.message, hopeless })),
    ...(failure && { failure }),
  });
  // The core has checked the host of the spec. A status, or a configuration that was changed since, may have another one.
  if (!isAllowed(place, parts.hosts)) return useless(hostFinding(place, parts.hosts), false);
  if (!isTokenFor(subscription, place)) return useless(otherGitee(place), true);
  const token = await parts.token(subscription);
  if (!token.ok) return useless(token.finding, token.gone && isGoing(subscription));
  const of = { ...place, token: token.token };
  const listed = await (lists.get(of.token) ?? list(of, lists, parts));
  if (!listed.ok) return useless(failureFinding(place, listed), false, listed);
  const found = listed.value;
  const aims = await aimsOf(wanted, parts);
  if (!Array.isArray(aims)) return { finding: aims as Finding, stuck: [] };
  const own = new Set(records.map(({ id }) => id));
  const claimed = new Set([...parts.claimed(place)].filter((id) => !own.has(id)));
  const { written } = memory;
  const steps = planHooks({ aims, records, found: [...found.values()], claimed, written });
  for (const aim of aims) noteSettled(subscription, aim, records, found, memory);
  const stepping = { subscription, of, found, memory, count: () => parts.count(subscription) };
  const stuck: StuckHook[] = [];
  let finding: Finding | undefined;
  let failure: GiteeFailure | undefined;
  for (const step of steps) {
    const failed = await doStep(step, stepping, parts);
    if (!failed) continue;
    const why = failed.trouble === 'full' ? NO_ROOM : failureFinding(place, failed);
    if (failed.trouble !== 'full') failure = failed;
    if (step.kind === 'delete') stuck.push({ record: step.record, why: why.message, hopeless: false });
    else finding ??= why;
  }
  return { ...(finding && { finding }), stuck, ...(failure && { failure }) };
}

/** The robot of a hook, as in a record. */
const robotOf = ({ robot }: WantedHook): string => robot?.key ?? '';

const isGoing = ({ metadata }: NotificationSubscription): boolean => metadata.deletionTimestamp !== undefined;

/** Whether a token may be sent to the repository's host. */
function isAllowed({ baseUrl }: HookPlace, hosts: readonly string[]): boolean {
  return URL.parse(baseUrl)?.origin === baseUrl && isAllowedHost(baseUrl, { gitee: { hosts: [...hosts] } });
}

/** Whether the token of the subscription is meant for this Gitee: a token is sent to no other one. */
const isTokenFor = ({ spec }: NotificationSubscription, { baseUrl }: HookPlace): boolean =>
  spec.gitee !== undefined && baseUrlOf(spec.gitee) === baseUrl;

const otherGitee = ({ baseUrl }: HookPlace): Finding => ({
  reason: 'GiteeHookLeft',
  message: `the subscription has no access token for ${baseUrl} any more`,
});

const NO_ROOM: Finding = {
  reason: 'GiteeHookLeft',
  message: `the operator keeps at most ${MAX_HOOKS} hooks of a subscription, and former hooks are not removed yet`,
};

function list(
  of: Parameters<PassParts['gitee']['list']>[0],
  lists: Lists,
  { gitee }: PassParts,
): Promise<GiteeResult<FoundHooks>> {
  const listed = gitee
    .list(of)
    .then(
      (answer): GiteeResult<FoundHooks> =>
        answer.ok ? { ok: true, value: new Map(answer.value.map((hook) => [hook.id, hook])) } : answer,
    );
  lists.set(of.token, listed);
  return listed;
}

/** The hooks with their addresses and keys; a finding if the installation lacks something for them. */
async function aimsOf(
  wanted: readonly WantedHook[],
  parts: PassParts,
): Promise<readonly HookAim[] | Finding> {
  const aims: HookAim[] = [];
  for (const hook of wanted) {
    const declared = hook.robot ? ofRobot(hook, hook.robot) : await ofRelay(hook, parts);
    if ('reason' in declared) return declared;
    aims.push({ robot: robotOf(hook), hook: declared });
  }
  return aims;
}

const ofRobot = (
  { switches }: WantedHook,
  { credential }: NonNullable<WantedHook['robot']>,
): DeclaredHook => ({
  url: credential.url,
  signingKey: credential.signingSecret,
  switches,
});

async function ofRelay(
  { subscription, switches }: WantedHook,
  { installationKey, publicUrl }: PassParts,
): Promise<DeclaredHook | Finding> {
  const { namespace, name, uid } = subscription.metadata;
  const key = await installationKey();
  if (key === undefined) return notInstalledFinding('the Secret argocd-dingtalk-gitee');
  return { url: `${publicUrl}/gitee/${namespace}/${name}`, signingKey: giteeKey(key, uid), switches };
}

function noteSettled(
  subscription: NotificationSubscription,
  aim: HookAim,
  records: readonly HookRecord[],
  found: FoundHooks,
  memory: HookMemory,
): void {
  const { id } = records.find(({ robot }) => robot === aim.robot) ?? {};
  const hook = id === undefined ? undefined : found.get(id);
  if (hook && isAsDeclared(hook, aim.hook, memory.written.get(hook.id))) settle(subscription, aim, memory);
}

/** The warnings about hooks that should go. */
export const stuckWarnings = (stuck: readonly StuckHook[]): readonly Finding[] =>
  stuck.map(({ record, why }) => notRemovedFinding(record, why));
