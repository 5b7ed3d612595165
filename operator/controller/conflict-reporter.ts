import type { Finding } from '../api/finding.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { Decision } from '../core/decide.ts';
import type { Target } from '../core/model/snapshot.ts';
import { ownerFindings } from '../core/others/conflicting-manager.ts';
import { conflictFinding } from '../core/others/write-conflict.ts';
import type { ContestedKeys } from '../core/status/observed-state.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { TargetGuard } from './target-guard.ts';
import type { Topic } from './target-reporter.ts';

const BLOCKED: Topic = {
  object: 'ConfigMap',
  problem: 'the operator does not write the key subscriptions',
  mended: 'the operator writes the key subscriptions again',
};
const IGNORED: Topic = {
  object: 'ConfigMap',
  problem: 'Argo CD ignores the key subscriptions',
  mended: 'Argo CD reads the key subscriptions again',
};
const contest = (object: Topic['object']): Topic => ({
  object,
  problem: "another writer keeps changing or removing the operator's keys",
  mended: "the operator's keys stay unchanged again",
});
const owner = (object: Topic['object']): Topic => ({
  object,
  problem: "the owner of the object may remove the operator's keys",
  mended: "no owner of the object can remove the operator's keys any more",
});

/** Reports how the operator gets along with all other writers of the two target objects. */
export interface ConflictReporter {
  /** The present conflicts, for the statuses. */
  contested(): ContestedKeys[];
  /** The caller calls it at the end of each run. */
  report(decision: Decision, target: Target): Promise<void>;
}

/** @param reporter from `createTargetReporter` */
export function createConflictReporter(
  guard: TargetGuard,
  { namespace, configMap, secret }: OperatorConfiguration['target'],
  reporter: (topic: Topic) => (findings: readonly Finding[]) => Promise<void>,
  metrics: Pick<Metrics, 'targetContested'>,
): ConflictReporter {
  const names = {
    ConfigMap: `ConfigMap ${namespace}/${configMap}`,
    Secret: `Secret ${namespace}/${secret}`,
  } as const;
  const tell = { blocked: reporter(BLOCKED), ignored: reporter(IGNORED) };
  const perObject = (['ConfigMap', 'Secret'] as const).map((object) => ({
    object,
    tellContest: reporter(contest(object)),
    tellOwners: reporter(owner(object)),
  }));
  const contested = (): ContestedKeys[] =>
    guard.contests().map(({ object, contest: of }) => ({
      object,
      finding: conflictFinding(names[object], of),
      keys: of.keys,
    }));
  return {
    contested,
    report: async ({ writes: { blocked }, ignored }, target) => {
      await tell.blocked(blocked ? [{ ...blocked, message: `${names.ConfigMap}: ${blocked.message}` }] : []);
      await tell.ignored(ignored ? [ignored] : []);
      const fights = contested();
      for (const { object, tellContest, tellOwners } of perObject) {
        const finding = fights.find((each) => each.object === object)?.finding;
        metrics.targetContested(object, finding !== undefined);
        await tellContest(finding ? [finding] : []);
        await tellOwners(
          ownerFindings(names[object], object === 'Secret' ? target.secret : target.configMap),
        );
      }
    },
  };
}
