import type { CustomResource, DingTalkRobot } from '../api/kinds.ts';
import { KINDS } from '../api/kinds.ts';
import { REASONS } from '../api/reasons.ts';
import { PREFIX, parseKey, serviceName } from '../argocd/names.ts';
import { readProvenance } from '../argocd/provenance.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { LiveObject, Snapshot } from '../core/model/snapshot.ts';
import { bytesOf } from '../core/plan/budget.ts';
import { served } from '../core/resolve/selection.ts';
import { SIGNATURE_VALIDITY_MS } from '../dingtalk/sign.ts';
import { signatureEnd } from '../dingtalk/signatures.ts';
import { ObjectMemo } from '../lib/memo.ts';
import { own } from '../lib/own.ts';
import type { ReasonFigure, ResourceFigure, SignatureFigures } from './resource-metrics.ts';
import type { ObjectFigure } from './target-metrics.ts';

/** The objects that the figures are about, as the watch caches have them. */
export interface ClusterObjects
  extends Pick<Snapshot, 'config' | 'robots' | 'templates' | 'subscriptions' | 'namespaces'> {
  readonly configMap: LiveObject | undefined;
  readonly secret: LiveObject | undefined;
}

/** A renewal may take this long, in milliseconds, before it counts as overdue. */
const GRACE_MS = 120_000;

const STATES = ['True', 'False', 'Unknown'] as const;

/** Counts the resources of the namespaces that the installation serves, by kind and state. */
export function resourceFigures(objects: ClusterObjects): {
  readonly resources: readonly ResourceFigure[];
  readonly notReady: readonly ReasonFigure[];
} {
  const all: readonly (readonly [string, readonly CustomResource[]])[] = [
    [KINDS.robot.kind, served(objects.robots, objects)],
    [KINDS.template.kind, served(objects.templates, objects)],
    [KINDS.subscription.kind, served(objects.subscriptions, objects)],
  ];
  const resources = all.flatMap(([kind, items]) => {
    const states = items.map((item) => readyOf(item).state);
    return STATES.map((ready) => ({ kind, ready, count: states.filter((state) => state === ready).length }));
  });
  const notReady = all.flatMap(([kind, items]) => {
    const counts = new Map<string, number>();
    for (const item of items) {
      const { state, reason } = readyOf(item);
      if (state === 'False') counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    return [...counts].map(([reason, count]) => ({ kind, reason, count }));
  });
  return { resources, notReady };
}

/** A status may be written by others, too, and a label must have few values. */
function readyOf({ metadata, status }: CustomResource): {
  readonly state: ResourceFigure['ready'];
  readonly reason: string;
} {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (!ready || status?.observedGeneration !== metadata.generation) return { state: 'Unknown', reason: '' };
  const state = STATES.find((each) => each === ready.status) ?? 'Unknown';
  return { state, reason: own(REASONS, ready.reason) ? ready.reason : 'Other' };
}

const sizes = new ObjectMemo<LiveObject, Pick<ObjectFigure, 'bytes' | 'keys'>>();

/** The sizes of the target objects that exist. */
export function objectFigures({
  config: { limits },
  configMap,
  secret,
}: Pick<ClusterObjects, 'config' | 'configMap' | 'secret'>): ObjectFigure[] {
  const isOurs = (key: string, value: string) =>
    parseKey(key) !== undefined && readProvenance(value) !== undefined;
  return [
    ...sizeOf('ConfigMap', configMap, limits.configMapBytes, isOurs),
    ...sizeOf('Secret', secret, limits.secretBytes, (key) => key.startsWith(PREFIX)),
  ];
}

function sizeOf(
  object: ObjectFigure['object'],
  live: LiveObject | undefined,
  budgetBytes: number,
  isOurs: (key: string, value: string) => boolean,
): ObjectFigure[] {
  if (!live) return [];
  const size = sizes.get(live, [object], () => ({
    bytes: bytesOf(live.data) + (live.unseenBytes ?? 0),
    keys: Object.entries(live.data).filter(([key, value]) => isOurs(key, value)).length,
  }));
  return [{ object, budgetBytes, ...size }];
}

/**
 * The live signatures of the robots that need one and are accepted. The signature of a robot whose owner has made a
 * mistake may end.
 * @param now by the clock that makes the signatures, in milliseconds since 1970
 */
export function signatureFigures(objects: ClusterObjects, now: number): SignatureFigures {
  const ends = served(objects.robots, objects)
    .filter(needsSignature)
    .map(({ metadata: { namespace, name } }) => {
      const url = own(objects.secret?.data, serviceName(namespace, name));
      return url === undefined ? undefined : signatureEnd(url)?.getTime();
    });
  const known = ends.filter((end) => end !== undefined);
  const { renewAfter }: OperatorConfiguration['signing'] = objects.config.signing;
  const latest = now + SIGNATURE_VALIDITY_MS - renewAfter - GRACE_MS;
  return {
    signed: known.filter((end) => end > now).length,
    overdue: ends.filter((end) => end === undefined || end < latest).length,
    earliestEnd: known.length === 0 ? undefined : known.reduce((a, b) => Math.min(a, b)),
  };
}

const needsSignature = ({ spec, status }: DingTalkRobot): boolean =>
  spec.signing !== undefined &&
  spec.suspend !== true &&
  status?.conditions?.some(({ type, status: state }) => type === 'Accepted' && state === 'True') === true;
