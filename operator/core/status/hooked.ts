import type { GiteeSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { hasHooks } from '../gitee/quotas.ts';
import type { HookState } from '../model/gitee.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Verdict } from '../model/verdict.ts';
import type { ConditionDraft } from './conditions.ts';

/** What is known about the hooks of a subscription. */
export interface HookFacts {
  /** The state of the hooks of this generation; undefined if the keeper has not looked at them. */
  readonly state: HookState | undefined;
  /** Whether Gitee has hooks of the subscription, of any generation. */
  readonly exist: boolean;
}

/** The hooks of this very subscription. */
export function hookFacts(cr: GiteeSubscription, { gitee }: Pick<Snapshot, 'gitee'>): HookFacts {
  const known = gitee?.hooks.get(resourceKey(cr));
  const isThis = known?.uid === cr.metadata.uid && known.generation === cr.metadata.generation;
  return { state: isThis ? known : undefined, exist: hasHooks(cr) };
}

/** Whether Gitee has the hooks of this generation. */
export function hookedCondition(
  cr: GiteeSubscription,
  { rollout }: Verdict,
  { state, exist }: HookFacts,
): ConditionDraft {
  const judge = (status: ConditionDraft['status'], reason: ConditionDraft['reason'], message: string) =>
    ({ type: 'Hooked', status, reason, message }) as const;
  const { finding, warnings = [] } = state ?? {};
  if (rollout === 'lastGood')
    return exist
      ? judge('False', 'PreviousVersionLive', 'The hooks on Gitee stay as they are.')
      : judge('False', 'NotAccepted', 'The operator makes no hook for the resource.');
  if (rollout === 'none' && exist)
    return judge(
      'False',
      finding?.reason ?? 'Pending',
      finding?.message ?? 'The operator still has to remove the hooks from Gitee.',
    );
  if (rollout === 'none')
    return cr.spec.suspend
      ? judge('False', 'Suspended', 'The resource is suspended, and Gitee has no hook of it.')
      : judge('False', 'NotAccepted', 'The operator makes no hook for the resource.');
  if (!state)
    return (
      known(cr) ?? judge('False', 'Pending', 'The operator has not made the hooks of this generation yet.')
    );
  if (finding) return judge('False', finding.reason, finding.message);
  if (warnings.length > 0)
    return judge('True', warnings[0]?.reason ?? 'Hooked', warnings.map(({ message }) => message).join(' '));
  return judge('True', 'Hooked', 'The repository on Gitee has the hooks of this generation.');
}

/** The report of an earlier process about this generation says more than that this one has not looked yet. */
function known({ metadata, status }: GiteeSubscription): ConditionDraft | undefined {
  const told = status?.conditions?.find(({ type }) => type === 'Hooked');
  if (told?.observedGeneration !== metadata.generation) return undefined;
  const { status: value, reason, message } = told as ConditionDraft;
  return { type: 'Hooked', status: value, reason, message };
}
