import { setTimeout } from 'node:timers/promises';
import { toldKeys } from '../core/writes/told-keys.ts';
import type { Caches } from './caches.ts';
import { createHookKeeper } from './create-hook-keeper.ts';
import type { HookKeeper } from './gitee/hook-keeper.ts';
import type { OperatorContext, OperatorParts } from './parts.ts';
import { createReporter, currentOf } from './report.ts';
import { RobotChecker } from './robot-checker.ts';
import { collections } from './snapshot.ts';
import { StatusWriter } from './status-writer.ts';
import { TargetGuard } from './target-guard.ts';

/** The parts of one term of office: they remember what this replica has written and sent as the leader. */
export interface TermParts {
  readonly guard: TargetGuard;
  readonly checker: RobotChecker;
  readonly statuses: StatusWriter;
  readonly hooks: HookKeeper;
}

/** Builds the parts of a new term, without any memory. */
export function createTermParts(parts: OperatorParts, context: OperatorContext): TermParts {
  const { caches, request, recordEvent, fence } = parts;
  const { config, dingtalk, metrics, log, clocks, serverClock, random, requestRun, isRunNext, worked } =
    context;
  const guard = new TargetGuard({
    intervalMs: config.limits.writeInterval,
    told: toldKeys(collections(caches)),
    clock: clocks.monotonic,
    onLoss: (object, keys, who) => {
      metrics.keysLost(object, keys.length);
      log.warn(
        { object, count: keys.length, keys: keys.slice(0, 10), who },
        "another writer changed or removed the operator's keys",
      );
    },
  });
  const checker = new RobotChecker({
    send: dingtalk.send,
    maySend: () => fence.leftMs() > 0,
    pause: (ms, signal) => setTimeout(ms, undefined, { signal }),
    now: () => serverClock.now(),
    random,
    isTold: (robot, { fingerprint, sendingAt }) => {
      const told = deliveryOf(caches, robot);
      return told?.fingerprint === fingerprint && told.sendingAt === sendingAt;
    },
    onNews: requestRun,
    onOutcome: (outcome) => metrics.testMessageSent(outcome.class),
    log,
  });
  const statuses = new StatusWriter({
    current: (wanted) => currentOf(caches, wanted),
    write: createReporter(request, caches, recordEvent, (key) => checker.resume(key), log),
    clock: clocks.monotonic,
    random,
    isBusy: () => isRunNext() || guard.turnInMs() > 0,
    onOutcome: metrics.statusSent,
    onPending: (count) => {
      metrics.statusesPending(count);
      if (count === 0) worked();
    },
    log,
  });
  return { guard, checker, statuses, hooks: createHookKeeper(parts, context) };
}

const deliveryOf = ({ robots }: Pick<Caches, 'robots'>, key: string) => {
  const [namespace, name] = key.split('/') as [string, string];
  return robots.get(namespace, name)?.status?.delivery;
};
