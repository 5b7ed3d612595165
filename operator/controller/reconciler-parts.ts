import type { Finding } from '../api/finding.ts';
import type { Gate } from '../cluster/gate.ts';
import type { NextCapability } from '../cluster/relay-routes.ts';
import type { RouteOutcome, RouteWriter } from '../cluster/route-writer.ts';
import type { TargetWriter } from '../cluster/target-writer.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { Decision } from '../core/decide.ts';
import type { Fault } from '../core/model/faults.ts';
import type { Project, Snapshot, Target } from '../core/model/snapshot.ts';
import type { WantedStatus } from '../core/status/status-update.ts';
import type { Write } from '../core/writes/writes.ts';
import type { Log } from '../lib/log.ts';
import type { Caches } from './caches.ts';
import type { ConflictReporter } from './conflict-reporter.ts';
import type { CredentialCache } from './credentials.ts';
import type { HookKeeper } from './gitee/hook-keeper.ts';
import type { RobotChecker } from './robot-checker.ts';
import type { Times } from './snapshot.ts';
import type { TargetGuard } from './target-guard.ts';

/** The parts that one run works with. */
export interface ReconcilerParts {
  readonly caches: Caches;
  readonly credentials: Pick<CredentialCache, 'look'>;
  readonly writer: TargetWriter;
  /** Absent if no relay is configured: no decision has RelayRoutes then. */
  readonly routes?: Pick<RouteWriter, 'apply' | 'remove'> | undefined;
  /** Brings the target in the caches up to date. */
  readonly readTarget: () => Promise<void>;
  /** Says which writes may happen now. */
  readonly guard: TargetGuard;
  readonly gate: Gate;
  readonly config: OperatorConfiguration;
  readonly nextCapability: NextCapability;
  readonly times: () => Times;
  /** The local wall clock at a time of the API server's clock, by which decisions are made. */
  readonly localTime: (time: Date) => Date;
  /** Whether the API server's time is unknown until its next answer. */
  readonly isTimeInDoubt: () => boolean;
  /** Milliseconds on a clock that is never set. */
  readonly clock: () => number;
  /** Called with the duration of each decision. */
  readonly onDecided: (seconds: number) => void;
  /** Asks for another run. */
  readonly runAgain: () => void;
  /** Whether another run begins soon after the present one. */
  readonly isRunNext: () => boolean;
  /** Has the statuses of all CRs written, in the background. */
  readonly wantStatuses: (statuses: readonly WantedStatus[]) => void;
  /** Sends test messages, in the background. */
  readonly checker: Pick<RobotChecker, 'memory' | 'update'>;
  /** Keeps the hooks of Gitee repositories, in the background. */
  readonly hooks: Pick<HookKeeper, 'states' | 'update'>;
  /** Checks the target as a whole, in the background; returns when to come again. */
  readonly checkWhole: (snapshot: Snapshot, decision: Decision) => Date | undefined;
  /** Reports other writers of the target. */
  readonly conflicts: ConflictReporter;
  /** Called after each step of a write. */
  readonly onWritten: (step: Write) => void;
  /** Called after a round of writes with the steps that were done; `before`: the objects that they were decided on. */
  readonly onRoundWritten: (steps: readonly Write[], before: Target) => void;
  /** Called after a round of writes with the outcomes for RelayRoutes, if there were any to write or to delete. */
  readonly onRoutesWritten: (outcomes: readonly RouteOutcome[]) => void;
  /** Reports, on the ConfigMap, the problems of the keys of other writers. */
  readonly reportForeign: (findings: readonly Finding[]) => Promise<void>;
  /** Called when a round of writes has failed. */
  readonly onWriteFailed: (error: unknown) => void;
  /** Reports, on the ConfigMap, that the clock of this machine is wrong. */
  readonly reportClock: () => Promise<void>;
  /** Reports, on each AppProject, the problems of its grants. */
  readonly reportGrants: (projects: readonly Project[]) => Promise<void>;
  /** Reports, on the ConfigMap, that another installation serves resources that this one selects. */
  readonly reportOverlap: (snapshot: Snapshot) => Promise<void>;
  /** Reports exceptions that were kept to one resource each. */
  readonly reportFaults: (faults: readonly Fault[]) => void;
  readonly log: Log;
}
