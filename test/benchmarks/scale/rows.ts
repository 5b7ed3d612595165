import type { Figures, OwnFigures } from './measure.ts';
import { RENEWAL_STATUSES_PER_SECOND } from './measure.ts';

/** One figure, beside its target and that of prometheus-operator. */
export interface Row {
  /** Stays the same from version to version, for programs. */
  readonly id: string;
  readonly what: string;
  readonly unit: 'ms' | 's' | 'MB' | '%' | '';
  readonly figure: number;
  /** The figure must not be higher. */
  readonly target?: number;
  /** The figure of prometheus-operator. */
  readonly peer?: number;
  /** The figure must not be a higher multiple of that of prometheus-operator. */
  readonly ratioTarget?: number;
}

/** The number of sets from which on the targets of 1000 sets count. */
const MANY = 500;
const MB = 1e6;

/** All figures of this operator, and those of the peer that are the same. */
export function rowsOf(own: OwnFigures, peer: Figures | undefined, sets: number): Row[] {
  return [
    ...burstRows(own, peer, sets),
    ...editRows(own, peer),
    ...quietRows(own, peer),
    ...ownRows(own, sets),
  ];
}

function burstRows(own: OwnFigures, peer: Figures | undefined, sets: number): Row[] {
  return [
    row('burst.creating', `${sets} sets are created within`, 's', own.burst.creatingMs / 1e3, {
      peer: peer && peer.burst.creatingMs / 1e3,
    }),
    row(
      'burst.visible',
      'burst: last creation → all are in the target',
      's',
      own.burst.visibleAfterMs / 1e3,
      {
        target: sets >= MANY ? 5 : 2,
        peer: peer && peer.burst.visibleAfterMs / 1e3,
        ratioTarget: 1.2,
      },
    ),
    row('burst.ready', 'burst: last creation → all are Ready', 's', own.readyAfterMs / 1e3),
    row('burst.cpu', 'burst: CPU until all are in the target', 's', own.burst.cpuSeconds, {
      peer: peer?.burst.cpuSeconds,
    }),
    row('burst.patches', 'burst: status patches for one set', '', own.burstStatusPatches / sets, {
      target: 3,
    }),
    row('target.bytes', 'ConfigMap: bytes of one set', '', own.targetBytes / sets),
  ];
}

function editRows(own: OwnFigures, peer: Figures | undefined): Row[] {
  const { edits, editsAfterIdle } = own;
  return [
    ...(edits
      ? [
          row('edit.p50', 'edit → in the target, p50', 'ms', rank(edits.latencies, 0.5), {
            target: 150,
            peer: peer?.edits && rank(peer.edits.latencies, 0.5),
            ratioTarget: 0.1,
          }),
          row('edit.p99', 'edit → in the target, p99', 'ms', rank(edits.latencies, 0.99), {
            target: 1_000,
            peer: peer?.edits && rank(peer.edits.latencies, 0.99),
          }),
        ]
      : []),
    ...(editsAfterIdle
      ? [
          row(
            'idleEdit.max',
            'edit after idle → in the target, the slowest',
            'ms',
            Math.max(...editsAfterIdle.latencies),
            {
              target: 1_000,
              peer: peer?.editsAfterIdle && Math.max(...peer.editsAfterIdle.latencies),
            },
          ),
        ]
      : []),
    ...(edits
      ? [
          row('edit.requests', 'API requests of an edit', '', edits.requestsPerEdit, {
            target: 4,
            peer: peer?.edits?.requestsPerEdit,
          }),
          row('edit.cpu', 'CPU of an edit, the engine included', 's', edits.cpuSecondsPerEdit, {
            target: 0.1,
            peer: peer?.edits?.cpuSecondsPerEdit,
            ratioTarget: 1,
          }),
          row('edit.memory', 'memory while edits come, at most', 'MB', edits.peakBytes / MB, {
            peer: peer?.edits && peer.edits.peakBytes / MB,
          }),
        ]
      : []),
  ];
}

function quietRows({ quiet }: OwnFigures, peer: Figures | undefined): Row[] {
  if (!quiet) return [];
  const counts = Object.entries(quiet.requests);
  return [
    row('quiet.memory', 'quiet: memory, with all children', 'MB', quiet.memory.sum / MB, {
      target: 150,
      peer: peer?.quiet && peer.quiet.memory.sum / MB,
      ratioTarget: 2,
    }),
    row('quiet.peak', 'until then: peak of the operator', 'MB', quiet.memory.operatorPeak / MB, {
      peer: peer?.quiet && peer.quiet.memory.operatorPeak / MB,
    }),
    row('quiet.childPeak', 'until then: peak of its engine', 'MB', quiet.memory.childPeak / MB),
    row('quiet.cpu', 'quiet: CPU, of one core', '%', quiet.cpuShare * 100, {
      target: 0.3,
      peer: peer?.quiet && peer.quiet.cpuShare * 100,
    }),
    ...counts.map(([kind, count]) =>
      row(`quiet.requests.${kind.replace(' ', '.')}`, `quiet: requests a minute: ${kind}`, '', count, {
        peer: peer?.quiet?.requests[kind],
      }),
    ),
  ];
}

function ownRows({ starts, renewal }: OwnFigures, sets: number): Row[] {
  return [
    ...(starts
      ? [
          row('start.full', 'start beside an empty target → all are in it', 's', starts.toFullTarget / 1e3, {
            target: 3,
          }),
          row(
            'start.one',
            'start beside a target that lacks a change → it is there',
            's',
            starts.toMissingChange / 1e3,
            {
              target: 3,
            },
          ),
          row('start.cpu', 'start with nothing to do: CPU', 's', starts.nothingToDo.cpuSeconds),
          row('start.writes', 'start with nothing to do: writes', '', writesIn(starts.nothingToDo.requests), {
            target: 0,
          }),
        ]
      : []),
    ...(renewal
      ? [
          row(
            'renewal.secret',
            `renewal of ${sets} signatures: writes of the Secret`,
            '',
            renewal.secretWrites,
            {
              target: 1,
            },
          ),
          row(
            'renewal.patches',
            'renewal: status patches for one signature',
            '',
            renewal.statusPatches / sets,
            {
              target: 1,
            },
          ),
          row('renewal.pace', 'renewal: status patches, the most in a second', '', renewal.patchesInASecond, {
            target: RENEWAL_STATUSES_PER_SECOND + 1,
          }),
          row('renewal.cpu', 'renewal: CPU', 's', renewal.cpuSeconds),
          row('renewal.seconds', 'renewal: first → last request', 's', renewal.seconds),
        ]
      : []),
  ];
}

const writesIn = (counts: Readonly<Record<string, number>>): number =>
  Object.entries(counts).reduce(
    (sum, [kind, count]) => sum + (/^(patch|create|update) (?!leases)/.test(kind) ? count : 0),
    0,
  );

type Comparison = {
  readonly [Field in 'target' | 'peer' | 'ratioTarget']?: number | undefined;
};

function row(id: string, what: string, unit: Row['unit'], figure: number, comparison: Comparison = {}): Row {
  const { target, peer, ratioTarget } = comparison;
  return {
    ...{ id, what, unit, figure },
    ...(target !== undefined && { target }),
    ...(peer !== undefined && { peer }),
    ...(peer !== undefined && ratioTarget !== undefined && { ratioTarget }),
  };
}

/** The smallest value that at least this share of all does not exceed. */
const rank = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
