import { createFaultReporter } from '../cluster/fault-reporter.ts';
import { engineAsker, Gate } from '../cluster/gate.ts';
import { RouteWriter } from '../cluster/route-writer.ts';
import { readObject } from '../cluster/target-reader.ts';
import { TargetWriter } from '../cluster/target-writer.ts';
import type { GateAnswer } from '../core/model/engine-api.ts';
import { overlaps } from '../core/others/overlap.ts';
import { VerdictCache } from '../engine/verdict-cache.ts';
import { createClockReporter } from './clock-reporter.ts';
import { createConflictReporter } from './conflict-reporter.ts';
import { createGrantReporter } from './grant-reporter.ts';
import type { OperatorContext, OperatorParts } from './parts.ts';
import type { ReconcilerParts } from './reconciler-parts.ts';
import { createRouteReporter } from './route-reporter.ts';
import { createTargetReporter, type Topic } from './target-reporter.ts';
import type { TermParts } from './term-parts.ts';
import { WholeCheck } from './whole-check.ts';
import { writeSummary } from './write-summary.ts';

const FOREIGN: Topic = {
  object: 'ConfigMap',
  problem: 'a key in the ConfigMap stops all notifications of Argo CD',
  mended: 'no key in the ConfigMap stops the notifications of Argo CD any more',
};
const WHOLE: Topic = {
  object: 'ConfigMap',
  problem: 'Argo CD does not load the configuration',
  mended: 'Argo CD loads the configuration again',
};

const OVERLAP: Topic = {
  object: 'ConfigMap',
  problem: 'two installations of the operator select the same resources',
  mended: 'no other installation of the operator serves resources that this one selects any more',
};

/** Room for the answers about a few thousand custom resources. */
const ANSWERS = { maxEntries: 50_000, maxBytes: 32 * 2 ** 20 } as const;

/** Connects the parts to the runs: the inputs, the engine, and the reports of a run. */
export function wired(parts: OperatorParts, own: TermParts, context: OperatorContext): ReconcilerParts {
  const { config, serverClock, metrics, log, clocks, requestRun, isRunNext } = context;
  const { caches, credentials, engine, events, request } = parts;
  const { guard, checker, statuses, hooks } = own;
  const { monotonic } = clocks;
  const answers = new VerdictCache<GateAnswer>({ ...ANSWERS, now: monotonic, metrics: metrics.engine });
  const reporter = createTargetReporter(caches, config.target, events.record, log);
  const tellForeign = reporter(FOREIGN);
  const tellOverlap = reporter(OVERLAP);
  const wholeCheck = new WholeCheck(
    engine,
    reporter(WHOLE),
    (err) => log.error({ err }, 'cannot check the ConfigMap as a whole'),
    monotonic,
  );
  const logFaults = createFaultReporter(log);
  return {
    caches,
    checker,
    hooks,
    credentials,
    guard,
    config,
    nextCapability: context.nextCapability,
    log,
    clock: monotonic,
    runAgain: requestRun,
    isRunNext,
    gate: new Gate(engineAsker(engine), answers, log),
    isTimeInDoubt: () => serverClock.isInDoubt(),
    times: () => ({ now: serverClock.now(), serverTime: serverClock.now() }),
    localTime: (time) => new Date(time.getTime() - serverClock.skewMs()),
    onDecided: metrics.decided,
    onWriteFailed: metrics.targetWriteFailed,
    reportClock: createClockReporter(reporter, () => serverClock.skewMs()),
    reportForeign: (findings) => {
      metrics.foreignKeysBroken(findings.length);
      return tellForeign(findings);
    },
    reportGrants: createGrantReporter(caches, config.target, events.record, log),
    reportOverlap: (snapshot) => {
      const { count, findings } = overlaps(snapshot);
      metrics.resourcesOfOthers(count);
      return tellOverlap(findings);
    },
    reportFaults: (faults) => {
      metrics.resourceFaults(faults.length);
      logFaults(faults);
    },
    // Entries that have no effect are reported already.
    checkWhole: ({ target }, { live, ignored }) => {
      const pause = wholeCheck.run(target, ignored ? { ...live, entries: [] } : live);
      return pause === undefined ? undefined : new Date(serverClock.now().getTime() + pause);
    },
    conflicts: createConflictReporter(guard, config.target, reporter, metrics),
    onWritten: (step) => {
      const others = { project: 'AppProject', subscriptions: 'ConfigMap' } as const;
      metrics.targetWritten(step.kind === 'apply' ? step.object : others[step.kind]);
    },
    onRoundWritten: (steps, before) => log.info(writeSummary(steps, before), 'written'),
    readTarget: async () => {
      const { namespace, configMap, secret } = config.target;
      const read = (plural: string, name: string) =>
        readObject(request, { version: 'v1', plural, namespace, name });
      const [map, sealed] = await Promise.all([read('configmaps', configMap), read('secrets', secret)]);
      if (map) caches.configMap.observe(map);
      if (sealed) caches.secret.observe(sealed);
    },
    writer: new TargetWriter(request, caches, config.target),
    routes: caches.relayRoutes && new RouteWriter(request, caches.relayRoutes, config.target.namespace),
    onRoutesWritten: createRouteReporter(log, metrics.targetWriteFailed),
    wantStatuses: (all) => statuses.want(all),
  };
}
