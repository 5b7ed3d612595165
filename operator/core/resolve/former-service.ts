import type { Finding } from '../../api/finding.ts';
import type { DingTalkRobot } from '../../api/kinds.ts';
import { ADOPTED_FROM, ADOPTED_IN_PART } from '../../api/names.ts';
import { isServiceKey } from '../../argocd/names.ts';
import { own } from '../../lib/own.ts';
import type { Snapshot } from '../model/snapshot.ts';

/**
 * A warning for a robot that took the place of a service of Argo CD's, if that service is there. It stays there until the switch, and a
 * tool whose source still has it brings it back afterwards. Its subscribers hear everything twice then.
 */
export function formerServiceWarnings(
  cr: DingTalkRobot,
  { target, config }: Pick<Snapshot, 'target' | 'config'>,
): Finding[] {
  const key = formerService(cr);
  if (key === undefined || own(target.configMap?.data, key) === undefined) return [];
  const writer = writerOf(key, target);
  const wrote = writer === undefined ? '' : ` Field manager ${writer} wrote it.`;
  const message =
    `The ConfigMap ${config.target.namespace}/${config.target.configMap} has the key ${key}, which this robot replaces. The subscribers of ` +
    `that service get everything twice.${wrote} Take the key and its subscriptions out of their source. If both are wanted, ` +
    `remove the annotation ${ADOPTED_FROM}.`;
  return [{ reason: 'FormerServiceExists', message }];
}

/** All that the warning depends on, beside the robot and the configuration. */
export function formerServiceInputs(cr: DingTalkRobot, { target }: Pick<Snapshot, 'target'>): unknown[] {
  const key = formerService(cr);
  if (key === undefined) return [];
  return [own(target.configMap?.data, key) !== undefined, writerOf(key, target)];
}

/** The key of the service that the robot replaces as a whole. */
function formerService({ metadata: { annotations = {} } }: DingTalkRobot): string | undefined {
  const origin = own(annotations, ADOPTED_FROM);
  const isWhole = own(annotations, ADOPTED_IN_PART) === undefined;
  return origin !== undefined && isWhole && isServiceKey(origin) ? origin : undefined;
}

/** The manager that has written the key last. */
function writerOf(key: string, { configMap }: Snapshot['target']): string | undefined {
  const holders = (configMap?.managers ?? []).filter(({ keys }) => keys.has(key));
  return holders.toSorted((a, b) => (a.time < b.time ? 1 : -1))[0]?.name;
}
