import { createFaultReporter } from '../cluster/fault-reporter.ts';
import { engineAsker, Gate } from '../cluster/gate.ts';
import { readObject } from '../cluster/target-reader.ts';
import { TargetWriter } from '../cluster/target-writer.ts';
import type { GateAnswer } from '../core/model/engine-api.ts';
import { VerdictCache } from '../engine/verdict-cache.ts';
import { createConflictReporter } from './conflict-reporter.ts';
import { createGrantReporter } from './grant-reporter.ts';
import type { OperatorContext, OperatorParts } from './parts.ts';
import type { ReconcilerParts } from './reconciler-parts.ts';
import { createTargetReporter, type Topic } from './target-reporter.ts';
import { WholeCheck } from './whole-check.ts';

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

/** Room for the answers about a few thousand custom resources. */
const ANSWERS = { maxEntries: 50_000, maxBytes: 32 * 2 ** 20 } as const;

/** Connects the parts to the runs: the inputs, the engine, and the reports of a run. */
export function wired(parts: OperatorParts, context: OperatorContext): ReconcilerParts {
  const { config, connection, serverClock, metrics, log, clocks, requestRun } = context;
  const { caches, credentials, engine, events, guard, checker, statuses } = parts;
  const { wall: now, monotonic } = clocks;
  const answers = new VerdictCache<GateAnswer>({ ...ANSWERS, now: monotonic, metrics: metrics.engine });
  const reporter = createTargetReporter(caches, config.target, events.record, log);
  const tellForeign = reporter(FOREIGN);
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
    credentials,
    guard,
    config,
    log,
    clock: monotonic,
    runAgain: requestRun,
    gate: new Gate(engineAsker(engine), answers, log),
    times: () => ({ now: new Date(now()), serverTime: serverClock.now() }),
    onDecided: metrics.decided,
    reportForeign: (findings) => {
      metrics.foreignKeysBroken(findings.length);
      return tellForeign(findings);
    },
    reportGrants: createGrantReporter(caches, config.target, events.record, log),
    reportFaults: (faults) => {
      metrics.resourceFaults(faults.length);
      logFaults(faults);
    },
    // Entries that have no effect are reported already.
    checkWhole: ({ target }, { live, ignored }) => {
      const pause = wholeCheck.run(target, ignored ? { ...live, entries: [] } : live);
      return pause === undefined ? undefined : new Date(now() + pause);
    },
    conflicts: createConflictReporter(guard, config.target, reporter, metrics),
    onWritten: (step) => {
      if (step.kind === 'project') {
        log.info({ object: `AppProject ${step.name}`, keys: 'annotation' }, 'written');
        return;
      }
      const object = step.kind === 'apply' ? step.object : 'ConfigMap';
      metrics.targetWritten(object);
      const keys = step.kind === 'apply' ? Object.keys(step.data).length : 'subscriptions';
      log.info({ object, keys }, 'written');
    },
    readTarget: async () => {
      const { namespace, configMap, secret } = config.target;
      const read = (plural: string, name: string) =>
        readObject(connection.request, { version: 'v1', plural, namespace, name });
      const [map, sealed] = await Promise.all([read('configmaps', configMap), read('secrets', secret)]);
      if (map) caches.configMap.observe(map);
      if (sealed) caches.secret.observe(sealed);
    },
    writer: new TargetWriter(connection.request, caches, config.target),
    wantStatuses: (all) => statuses.want(all),
  };
}
