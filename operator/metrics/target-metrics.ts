import { ApiError, ConflictError, RequestError } from '../kubernetes/api-error.ts';
import { NotLeadingError } from '../kubernetes/fence.ts';
import type { Instruments } from './instruments.ts';

/** The size of one target object, as the budget counts it. */
export interface ObjectFigure {
  readonly object: 'ConfigMap' | 'Secret';
  /** Keys and values of all writers. */
  readonly bytes: number;
  /** The limit of the configuration. */
  readonly budgetBytes: number;
  /** Keys of the operator. */
  readonly keys: number;
}

const OBJECTS = ['ConfigMap', 'Secret'] as const;

/** The metrics of the two objects that Argo CD reads, and of their writes. */
export function targetMetrics(instruments: Instruments) {
  const labelNames = ['object'] as const;
  const writes = instruments.counter({
    name: 'argocd_dingtalk_target_writes_total',
    help: "Writes to the ConfigMap, the Secret and the AppProjects of Argo CD; Argo CD's controller reloads its configuration after each.",
    labelNames,
  });
  const failures = instruments.counter({
    name: 'argocd_dingtalk_target_write_failures_total',
    help: 'Rounds of writes that failed, by cause: conflict (another writer came in between), not_leading, refused, unanswered, or other.',
    labelNames: ['cause'],
  });
  for (const cause of ['conflict', 'not_leading', 'refused', 'unanswered', 'other'])
    failures.inc({ cause }, 0);
  const lost = instruments.counter({
    name: 'argocd_dingtalk_keys_lost_total',
    help: 'Keys of the operator that another writer changed or removed.',
    labelNames,
  });
  for (const object of OBJECTS) {
    writes.inc({ object }, 0);
    lost.inc({ object }, 0);
  }
  const contested = instruments.leaderGauge({
    name: 'argocd_dingtalk_target_contested',
    help: "1 while another writer keeps changing or removing the operator's keys of an object, else 0.",
    labelNames,
  });
  const foreign = instruments.leaderGauge({
    name: 'argocd_dingtalk_foreign_keys_broken',
    help: 'Number of keys in the ConfigMap that the operator did not write and that stop all notifications of Argo CD.',
  });
  const bytes = instruments.leaderGauge({
    name: 'argocd_dingtalk_target_bytes',
    help: 'Size of the keys and values of a target object, those of other writers included.',
    labelNames,
  });
  const budget = instruments.leaderGauge({
    name: 'argocd_dingtalk_target_budget_bytes',
    help: 'Greatest size of a target object: limits.configMapBytes or limits.secretBytes of the configuration.',
    labelNames,
  });
  const keys = instruments.leaderGauge({
    name: 'argocd_dingtalk_target_keys',
    help: 'Number of keys of the operator in a target object.',
    labelNames,
  });
  return {
    /** A target object was written. */
    targetWritten: (object: string) => writes.inc({ object }),
    /** A round of writes has failed. */
    targetWriteFailed: (error: unknown) => failures.inc({ cause: causeOf(error) }),
    /** This many keys of the operator were found changed or removed. */
    keysLost: (object: string, count: number) => lost.inc({ object }, count),
    /** Whether another writer removes the operator's keys from a target object again and again. */
    targetContested: (object: string, isContested: boolean) => contested.set({ object }, isContested ? 1 : 0),
    /** How many keys of other writers stop Argo CD's engine for everybody now. */
    foreignKeysBroken: (count: number) => foreign.set({}, count),
    targetSizes: (figures: readonly ObjectFigure[]) => {
      for (const gauge of [bytes, budget, keys]) gauge.clear();
      for (const { object, ...figure } of figures) {
        bytes.set({ object }, figure.bytes);
        budget.set({ object }, figure.budgetBytes);
        keys.set({ object }, figure.keys);
      }
    },
  };
}

function causeOf(error: unknown): string {
  if (error instanceof ConflictError) return 'conflict';
  if (error instanceof NotLeadingError) return 'not_leading';
  if (error instanceof ApiError) return 'refused';
  return error instanceof RequestError ? 'unanswered' : 'other';
}
